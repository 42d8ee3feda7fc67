import { accuracyCommand } from './queries/accuracyCommand.js';
import type { Bench, Outcome } from './support/bench.js';

export const bench: Bench = {
  summary: 'questions to a database: `stepcast accuracy` over a million stored forecasts of 24 steps',

  trials: () => [1, 1000, 10_000].map((series) => ({ kind: 'accuracy', series, forecasts: 1_000_000 })),

  run: accuracyCommand,

  figures: (outcomes) => outcomes.map(({ trial, result }) => ({ trial, result })),

  table: (figures) =>
    [
      '| series | file | wall | processor | peak memory |',
      '| --- | --- | --- | --- | --- |',
      ...(figures as Pick<Outcome, 'trial' | 'result'>[]).map(
        ({ trial, result }) =>
          `| ${trial.series} | ${result.fileMB} MB | ${result.wallSeconds} s | ${result.cpuSeconds} s | ${result.peakMB} MB |`,
      ),
    ].join('\n'),
};
