import { normaliser, type Protocol, scoredRange } from '../../src/backtest/protocol.js';
import { readTable } from '../../src/backtest/readTable.js';
import type { Trial, TrialResult } from '../support/bench.js';
import { significant } from '../support/measurement.js';
import { asRows, onGrid } from './onGrid.js';
import { contenders, scoreSeries } from './scoreSeries.js';
import { dataFolder, pathOf, singleSeries } from './sets.js';

const hourMs = 3_600_000;

/** Protocols A and B: every column its own series, mean squared error on values normalised by the training part. */
export function multivariate({ protocol, file, horizon }: Trial): TrialResult {
  const path = pathOf(String(file));
  if (!path) return missing(String(file));
  const { timesMs, columns } = readTable(path, { values: [] });
  const sums = new Map<string, number>(contenders.map((name) => [name, 0]));
  let microseconds = 0;
  for (const cells of columns.values()) {
    const range = scoredRange(protocol as Protocol, cells.length);
    const { spread } = normaliser(protocol as Protocol, cells);
    const { scores, microseconds: cost } = scoreSeries(asRows(timesMs, cells, hourMs), Number(horizon), range);
    for (const name of contenders)
      sums.set(name, sums.get(name)! + scores[name].overall().mse / spread ** 2 / columns.size);
    microseconds += cost / columns.size;
  }
  return { ...rounded(sums), microseconds: significant(microseconds, 2) };
}

/** Protocol C: mean absolute error over that of persistence, one step ahead (`name@1`) and over all steps. */
export function univariate({ series, horizon }: Trial): TrialResult {
  const found = singleSeries.find(({ name }) => name === series)!;
  const path = pathOf(found.file);
  if (!path) return missing(found.file);
  const ticks = onGrid(path, found.column, found.stepMs);
  const { scores, microseconds } = scoreSeries(ticks, Number(horizon), scoredRange('single', ticks.length));
  const ratios = new Map<string, number>();
  for (const name of contenders) {
    ratios.set(`${name}@1`, scores[name].at(1).mae / scores.persistence.at(1).mae);
    ratios.set(name, meanOverSteps(scores[name]) / meanOverSteps(scores.persistence));
  }
  return { ...rounded(ratios), readings: ticks.length, microseconds: significant(microseconds, 2) };
}

const meanOverSteps = (score: { horizon: number; at(h: number): { mae: number } }): number =>
  Array.from({ length: score.horizon }, (_, i) => score.at(i + 1).mae).reduce((sum, mae) => sum + mae, 0) /
  score.horizon;

const rounded = (values: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...values].map(([name, value]) => [name, significant(value, 4)]));

const missing = (file: string): TrialResult => ({ missing: `${file} is not in ${dataFolder()}` });
