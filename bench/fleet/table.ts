export interface FleetFigures {
  readonly workers: readonly {
    readonly workers: number; // 0: one machine
    readonly perSecond: number;
    readonly cpuSeconds: number;
    readonly startSeconds: number;
    readonly idleMs: number;
    readonly brokerSeconds: number;
    readonly postgresSeconds: number;
    readonly bytes: number;
  }[];
  readonly lastMs: number; // from the last forecast of a worker to its end
  readonly failoverMs: number;
  readonly failoverAllMs: number;
  readonly rebalancingMs: number;
  readonly series: number; // that it had
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const nameOf = (workers: number): string =>
  workers === 0 ? 'one machine: Mosquitto and SQLite' : workers === 1 ? '1 worker' : `${workers} workers`;

export function fleetTable(figures: FleetFigures): string {
  const { workers, lastMs, failoverMs, failoverAllMs, rebalancingMs, series } = figures;
  const one = workers.find((row) => row.workers === 1);
  const beside = (cpuSeconds: number): string => (one ? `${((100 * cpuSeconds) / one.cpuSeconds).toFixed(0)} %` : '');
  const had = `${whole(series)} series`;
  return [
    '| | readings/s | CPU s per 1,000 readings | of one worker’s | the broker’s, PostgreSQL’s | stored a reading | a worker: to start and warm up | while nothing comes |',
    '| - | - | - | - | - | - | - | - |',
    ...workers.map((row) => {
      const stores = row.workers > 0;
      return `| ${[
        nameOf(row.workers),
        whole(row.perSecond),
        row.cpuSeconds.toFixed(3),
        beside(row.cpuSeconds),
        stores
          ? `${row.brokerSeconds.toFixed(3)}, ${row.postgresSeconds.toFixed(3)}`
          : `${row.brokerSeconds.toFixed(3)}, –`,
        stores ? `${whole(row.bytes)} bytes` : '',
        `${row.startSeconds.toFixed(1)} s of CPU`,
        `${(row.idleMs / 10).toFixed(1)} % of a core`,
      ].join(' | ')} |`;
    }),
    `| failover of ${had}: from its last forecast to the first by a standby | ${whole(failoverMs)} ms | | | | | | of these ${whole(lastMs)} ms before it was killed |`,
    `| until each of them had one | ${whole(failoverAllMs)} ms | | | | | | |`,
    `| rebalancing: listening again to all of them back | ${whole(rebalancingMs)} ms | | | | | | |`,
  ].join('\n');
}
