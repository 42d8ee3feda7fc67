import { drain } from './fleet/drain.js';
import { failover } from './fleet/failover.js';
import { millionSensors } from './fleet/millionSensors.js';
import { type FleetFigures, fleetTable } from './fleet/table.js';
import type { Bench, Outcome } from './support/bench.js';
import { median } from './support/measurement.js';

const series = 2000;

export const bench: Bench = {
  summary:
    'readings/s and CPU a reading at 1, 2, 4 and 8 workers on RabbitMQ and PostgreSQL, failover, rebalancing; beside one machine',

  trials: ({ repeat = 1 }) =>
    Array.from({ length: repeat }, (_, round) => [
      ...[0, 1, 2, 4, 8].map((workers) => ({ kind: 'drain', workers, series, warmUp: 60, readings: 60, round })),
      { kind: 'failover', series, before: 20, perSecond: 1000, round },
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
        return {
          workers,
          ...Object.fromEntries(figuresOfDrain.map((name) => [name, middle(of, name)])),
        } as FleetFigures['workers'][0];
      }),
      ...(Object.fromEntries(figuresOfFailover.map((name) => [name, middle(failovers, name)])) as Omit<
        FleetFigures,
        'workers'
      >),
    };
  },

  needsAllKinds: true,
  table: (figures) => fleetTable(figures as FleetFigures),
  sections: (figures) => ({ million: millionSensors(figures as FleetFigures) }),
  document: 'docs/fleet.md',
};

const figuresOfDrain = [
  ...['perSecond', 'cpuSeconds', 'startSeconds', 'idleMs', 'brokerSeconds', 'postgresSeconds', 'bytes'],
] as const;
const figuresOfFailover = ['lastMs', 'failoverMs', 'failoverAllMs', 'rebalancingMs', 'series'] as const;
