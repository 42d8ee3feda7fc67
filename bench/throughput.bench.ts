import type { Bench, Outcome, Trial, TrialResult } from './support/bench.js';
import { median, significant } from './support/measurement.js';
import { backlog } from './throughput/backlog.js';
import { latency } from './throughput/latency.js';
import { memory } from './throughput/memory.js';
import { replay } from './throughput/replay.js';
import { start } from './throughput/start.js';
import { subjects } from './throughput/subject.js';
import { type ThroughputFigures, throughputTable } from './throughput/table.js';
import { wear } from './throughput/wear.js';

const kinds: Record<string, (trial: Trial) => Promise<TrialResult>> = { backlog, latency, memory, start, replay, wear };
const series = 1000;

const alternated = (rounds: number, trial: Omit<Trial, 'subject' | 'round'> & { kind: string }): Trial[] =>
  Array.from({ length: rounds }, (_, round) =>
    subjects.map((subject) => ({ ...trial, subject, round: round + 1 })),
  ).flat();

export const bench: Bench = {
  summary:
    'readings/s, latency, memory, start, replay and bytes written, through Mosquitto, beside a bare mqtt.js client',

  trials: ({ repeat = 5 }) => [
    ...alternated(repeat, { kind: 'backlog', series, readings: 200_000 }),
    ...[100, 5000].flatMap((rate) => alternated(1, { kind: 'latency', series, rate, seconds: rate === 100 ? 30 : 15 })),
    ...[10, 1000, 10_000].map((count) => ({ kind: 'memory', series: count, form: 'number' })),
    ...[10, 1000, 10_000].map((count) => ({ kind: 'memory', series: count, form: 'minutes' })),
    ...alternated(repeat, { kind: 'start' }),
    { kind: 'replay', series },
    { kind: 'wear', series, group: 100 },
  ],

  run: (trial) => kinds[trial.kind](trial),

  figures: (outcomes): ThroughputFigures => {
    const of = (given: Partial<Trial>): TrialResult[] =>
      outcomes
        .filter(({ trial }) => Object.entries(given).every(([key, value]) => trial[key] === value))
        .map(({ result }) => result);
    const middle = (results: readonly TrialResult[], name: string): number =>
      significant(median(results.map((result) => Number(result[name]))), 4);
    const speed = (subject: string) => {
      const results = of({ kind: 'backlog', subject });
      const names = ['perSecond', 'mainMicros', 'otherMicros', 'brokerMicros', 'driverMicros', 'mainShare'] as const;
      return Object.fromEntries(names.map((name) => [name, middle(results, name)])) as Record<
        (typeof names)[number],
        number
      >;
    };
    const [daemon, echo] = subjects.map(speed);
    const ratios = pairs(outcomes).map(([ours, peer]) => significant(Number(ours.perSecond) / Number(peer.perSecond)));
    return {
      backlog: { daemon, echo, ratio: median(ratios), ratios },
      latency: outcomes
        .filter(({ trial }) => trial.kind === 'latency')
        .map(({ trial, result }) => ({ subject: trial.subject, rate: trial.rate, ...result })),
      memory: outcomes
        .filter(({ trial }) => trial.kind === 'memory')
        .map(({ trial, result }) => ({
          series: Number(trial.series),
          form: String(trial.form),
          even: Number(result.even),
          peak: Number(result.peak),
          settled: Number(result.settled),
        })),
      startMs: {
        daemon: middle(of({ kind: 'start', subject: 'daemon' }), 'ms'),
        echo: middle(of({ kind: 'start', subject: 'echo' }), 'ms'),
      },
      replay: of({ kind: 'replay' })[0],
      bytesPerReading: middle(of({ kind: 'wear' }), 'bytesPerReading'),
    };
  },

  table: (figures) => throughputTable(figures as ThroughputFigures),
};

/** Results of the daemon beside those of its peer in the same round. */
function pairs(outcomes: readonly Outcome[]): [TrialResult, TrialResult][] {
  const rounds = new Map<unknown, Partial<Record<string, TrialResult>>>();
  for (const { trial, result } of outcomes) {
    if (trial.kind === 'backlog') rounds.set(trial.round, { ...rounds.get(trial.round), [trial.subject]: result });
  }
  return [...rounds.values()].flatMap(({ daemon, echo }) =>
    daemon && echo ? [[daemon, echo] satisfies [TrialResult, TrialResult]] : [],
  );
}
