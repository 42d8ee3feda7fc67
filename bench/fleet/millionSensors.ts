import type { FleetFigures } from './table.js';

const perSecond = 1e6 / 60; // a million sensors, a reading a minute
const perDay = 1440e6;
const seriesKb = 31.5; // of memory, docs/performance.md
const size = 8; // workers
const partitionsEach = 8;
const snapshotKb = 40;
const snapshotEvery = 256; // readings of a series

const cores = (seconds: number): string => ((perSecond / 1000) * seconds).toFixed(1);
const spread = (values: readonly number[], write: (value: number) => string): string => {
  const [least, most] = [write(Math.min(...values)), write(Math.max(...values))];
  return least === most ? least : `${least} to ${most}`;
};

/** What the figures come to for a million sensors at one reading a minute. */
export function millionSensors({ workers, failoverAllMs, series }: FleetFigures): string {
  const fleets = workers.filter((row) => row.workers > 0);
  const [{ bytes, brokerSeconds, postgresSeconds }] = fleets.slice(-1) as [FleetFigures['workers'][0]];
  const cpu = fleets.map(({ cpuSeconds }) => cpuSeconds);
  const partitions = size * partitionsEach;
  const dayGb = (perDay * bytes) / 1e9;
  const snapshots = perDay / snapshotEvery;
  const perWorker = 1e6 / size;
  return [
    'A million sensors at one reading a minute are 16,700 readings/s, 1.44 · 10⁹ a day:',
    '',
    `- **Workers**: 16.7 × ${spread(cpu, (value) => value.toFixed(3))} s = ${spread(cpu, cores)} cores of CPU; at half load, so that one may be away, ${Math.ceil(2 * Number(cores(Math.max(...cpu))))} cores. Memory decides before CPU: ${seriesKb} kB a series`,
    `  ([performance](performance.md)) is ${seriesKb} GB of state, and a heap that is not held small has up to as much again before it is collected: eight workers of ${Math.ceil((2 * perWorker * seriesKb) / 1e6)} GB, each with 125,000 series, or sixteen of half that.`,
    `- **Partitions**: ${partitions}, eight for each worker, ${Math.round(perSecond / partitions)} readings/s and ${(1e6 / partitions).toLocaleString('en-US')} series in each. A worker that dies leaves eight partitions to seven others:`,
    `  where ${series.toLocaleString('en-US')} series took ${(failoverAllMs / 1000).toFixed(1)} s to be forecast again, each of these has ${(1000 * Math.round(perWorker / (size - 1) / 1000)).toLocaleString('en-US')} to load and replay beside its own, as they come: once a minute.`,
    `- **Brokers**: 16.7 × ${brokerSeconds.toFixed(3)} s = ${cores(brokerSeconds)} cores on the node that leads a queue and takes the messages; replicas write every message again. Three nodes of four cores, disks that take 17,000 small records a second,`,
    '  and a million connections of MQTT, which are a matter of memory: plan for more nodes, or for gateways that publish for many sensors.',
    `- **The database**: 16.7 × ${postgresSeconds.toFixed(3)} s = ${cores(postgresSeconds)} cores. **Storage a day**: 1.44 · 10⁹ × ${bytes} bytes = ${dayGb.toFixed(0)} GB. A snapshot every ${snapshotEvery} readings of a series, tens of kilobytes, is another ${(snapshots / 1e6).toFixed(1)} million × ${snapshotKb} kB = ${((snapshots * snapshotKb) / 1e6).toFixed(0)} GB written a day, over what was there.`,
    `- **What breaks first**: the disk of the one PostgreSQL. 30 days of forecasts would be ${((30 * dayGb) / 1000).toFixed(0)} TB. \`store.retention: { readings: 7d, forecasts: 1d }\` keeps it at one or two; beyond that, several fleets, each with`,
    '  its own topics, queues and database (`node` tells them apart): nothing here spreads one fleet over several databases. Then memory, then RabbitMQ’s leaders; the CPU of the workers comes last.',
  ].join('\n');
}
