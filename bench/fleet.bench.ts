import { drain } from './fleet/drain.js';
import { failover } from './fleet/failover.js';
import { type FleetFigures, fleetTable } from './fleet/table.js';
import type { Bench, Outcome } from './support/bench.js';
import { median } from './support/measurement.js';

const series = 800;

export const bench: Bench = {
  summary:
    'readings/s and CPU a reading at 1, 2, 4 and 8 workers on RabbitMQ and PostgreSQL, failover, rebalancing; beside one machine',

  trials: ({ repeat = 1 }) =>
    Array.from({ length: repeat }, (_, round) => [
      ...[0, 1, 2, 4, 8].map((workers) => ({ kind: 'drain', workers, series, readings: 100, round })),
      { kind: 'failover', series: 200, perSecond: 400, round },
    ]).flat(),

  run: (trial) => (trial.kind === 'drain' ? drain(trial) : failover(trial)),

  figures: (outcomes): FleetFigures => {
    const middle = (of: readonly Outcome[], name: string): number =>
      median(of.map(({ result }) => Number(result[name])));
    const drains = outcomes.filter(({ trial }) => trial.kind === 'drain');
    const failovers = outcomes.filter(({ trial }) => trial.kind === 'failover');
    return {
      workers: [...new Set(drains.map(({ trial }) => Number(trial.workers)))].map((workers) => {
        const of = drains.filter(({ trial }) => trial.workers === workers);
        const figures = ['perSecond', 'cpuSeconds', 'rabbitSeconds', 'postgresSeconds', 'bytes'] as const;
        return {
          workers,
          ...Object.fromEntries(figures.map((name) => [name, middle(of, name)])),
        } as FleetFigures['workers'][0];
      }),
      failoverMs: middle(failovers, 'failoverMs'),
      failoverAllMs: middle(failovers, 'failoverAllMs'),
      rebalancingMs: middle(failovers, 'rebalancingMs'),
    };
  },

  table: (figures) => fleetTable(figures as FleetFigures),
};
