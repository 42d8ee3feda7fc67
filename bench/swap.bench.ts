import type { Bench, TrialResult } from './support/bench.js';
import { lookbacks, swap } from './swap/swap.js';

const models = ['gru-base', 'lstm-base'];

interface Row {
  readonly model: string;
  readonly readings?: number;
  readonly result: TrialResult;
}

export const bench: Bench = {
  summary:
    'a model takes over: opening its session, rebuilding the state of a series, and how far that is from one never interrupted',

  trials: () => [
    ...models.map((model) => ({ kind: 'open', model })),
    ...models.flatMap((model) => lookbacks.map((readings) => ({ kind: 'rebuild', model, readings }))),
  ],

  run: swap,

  figures: (outcomes) => outcomes.map(({ trial: { model, readings }, result }) => ({ model, readings, result })),

  table: (figures) =>
    [
      '| model | readings | session ms | rebuild ms a series | difference, median | p95 |',
      '| --- | --- | --- | --- | --- | --- |',
      ...(figures as Row[]).map(
        ({ model, readings = '', result: { openMs = '', rebuildMs = '', median = '', p95 = '' } }) =>
          `| ${model} | ${readings} | ${openMs} | ${rebuildMs} | ${median} | ${p95} |`,
      ),
    ].join('\n'),
};
