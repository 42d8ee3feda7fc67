import { cost } from './series/cost.js';
import type { Bench, Outcome } from './support/bench.js';

const names: Readonly<Record<string, string>> = {
  none: 'experts, blend, calibration',
  'gru-base': 'with `gru-base` among them, in micro-batches of 256',
};

export const bench: Bench = {
  summary:
    'what a reading costs and a series takes: experts, network, blends and calibration, without broker and store',

  trials: ({ repeat = 3 }) =>
    Array.from({ length: repeat }, (_, round) =>
      Object.keys(names).map((model) => ({ kind: 'series', model, round })),
    ).flat(),

  run: cost,

  figures: (outcomes) => outcomes.map(({ trial, result }) => ({ trial, result })),

  table: (figures) => {
    const outcomes = figures as Pick<Outcome, 'trial' | 'result'>[];
    const rows = Object.entries(names).map(([model, name]) => {
      const rounds = outcomes.filter(({ trial }) => trial.model === model).map(({ result }) => result);
      const all = (key: string) => rounds.map((result) => Number(result[key]));
      const { bytes, snapshot } = rounds[rounds.length - 1];
      return `| ${name} | ${all('micros').join(', ')} | ${Math.min(...all('least'))} | ${kB(bytes)} | ${kB(snapshot)} |`;
    });
    return [
      '| an hourly series, horizon 24 | µs a reading, medians | least | memory | snapshot |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n');
  },
};

const kB = (bytes: unknown): string => `${(Number(bytes) / 1000).toFixed(1)} kB`;
