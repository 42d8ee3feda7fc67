export interface FleetFigures {
  readonly workers: readonly {
    readonly workers: number;
    readonly perSecond: number;
    readonly cpuSeconds: number;
    readonly rabbitSeconds: number;
    readonly postgresSeconds: number;
    readonly bytes: number;
  }[]; // 0: one machine
  readonly failoverMs: number;
  readonly failoverAllMs: number;
  readonly rebalancingMs: number;
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const nameOf = (workers: number): string =>
  workers === 0 ? 'one machine: MQTT and SQLite' : workers === 1 ? '1 worker' : `${workers} workers`;

export function fleetTable({ workers, failoverMs, failoverAllMs, rebalancingMs }: FleetFigures): string {
  const one = workers.find((row) => row.workers === 1);
  const beside = (cpuSeconds: number): string =>
    one ? `${((100 * cpuSeconds) / one.cpuSeconds).toFixed(0)} % of one worker’s` : '';
  return [
    '| | readings/s | CPU seconds per 1,000 readings | | RabbitMQ’s, PostgreSQL’s | stored a reading |',
    '| - | - | - | - | - | - |',
    ...workers.map(
      ({ workers: count, perSecond, cpuSeconds, rabbitSeconds, postgresSeconds, bytes }) =>
        `| ${nameOf(count)} | ${whole(perSecond)} | ${cpuSeconds.toFixed(3)} | ${beside(cpuSeconds)} | ${rabbitSeconds.toFixed(3)}, ${count > 0 ? postgresSeconds.toFixed(3) : '–'} | ${count > 0 ? `${whole(bytes)} bytes` : ''} |`,
    ),
    `| failover: its last forecast to the first by a standby | ${whole(failoverMs)} ms | | ${whole(failoverAllMs)} ms until each series had one | | |`,
    `| rebalancing: listening again to all its series back | ${whole(rebalancingMs)} ms | | | | |`,
  ].join('\n');
}
