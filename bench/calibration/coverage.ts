import { scoredRange } from '../../src/backtest/protocol.js';
import { SeriesForecaster } from '../../src/forecast/seriesForecaster.js';
import { crps } from '../../src/metrics/crps.js';
import { LocalCoverage } from '../../src/metrics/localCoverage.js';
import { onGrid } from '../accuracy/onGrid.js';
import { dataFolder, pathOf, singleSeries } from '../accuracy/sets.js';
import type { Trial, TrialResult } from '../support/bench.js';
import { significant } from '../support/measurement.js';
import { adaptiveConformal, type Candidate, gaussian, levels, rollingQuantiles } from './candidates.js';

export const intervals = [80, 90, 95];
const candidates: Readonly<Record<string, () => Candidate>> = {
  rolling: rollingQuantiles,
  gaussian,
  aci: adaptiveConformal,
};
export const methods = ['stepcast', ...Object.keys(candidates)];

const central = levels.slice(1, -1); // 0.05 … 0.95

class Judged {
  readonly local = intervals.map((percent) => new LocalCoverage(percent / 100));
  crps = 0;
  count = 0;

  add(quantiles: Float64Array, y: number): void {
    for (const [i, percent] of intervals.entries()) {
      const low = levels.findIndex((level) => Math.abs(level - (1 - percent / 100) / 2) < 1e-9);
      this.local[i].add(y >= quantiles[low] && y <= quantiles[levels.length - 1 - low]);
    }
    this.crps += crps(central, quantiles, 1, y);
    this.count++;
  }
}

/**
 * One series, one horizon step: the intervals of the product, and around the same median those of rolling residual quantiles (500),
 * a Gaussian (500) and adaptive conformal inference. Every method learns from errors that have arrived only.
 */
export function coverage({ series, step }: Trial): TrialResult {
  const { file, column, stepMs } = singleSeries.find(({ name }) => name === series)!;
  const path = pathOf(file);
  if (!path) return { missing: `${file} is not in ${dataFolder()}` };
  const ticks = onGrid(path, column, stepMs);
  const { firstTarget } = scoredRange('single', ticks.length);
  const h = Number(step);
  const L = levels.length;
  const forecaster = new SeriesForecaster({ horizon: h, levels, season: 0 });
  const others = Object.entries(candidates).map(([name, make]) => ({ name, candidate: make() }));
  const judged = new Map(methods.map((name) => [name, new Judged()]));
  const waiting: ({ median: number; quantiles: Map<string, Float64Array> } | undefined)[] = [];
  const own = new Float64Array(h * L);
  const median = new Float64Array(h);
  for (const [t, tick] of ticks.entries()) {
    const issued = waiting[t - h];
    if (issued && !Number.isNaN(tick.y)) {
      if (t >= firstTarget) for (const name of methods) judged.get(name)!.add(issued.quantiles.get(name)!, tick.y);
      for (const { name, candidate } of others) {
        const offsets = issued.quantiles.get(name)!;
        candidate.learn(tick.y - issued.median, (level) => offsets[nearest(level)] - issued.median);
      }
    }
    forecaster.learnOne(tick);
    if (Number.isNaN(tick.y)) continue;
    forecaster.forecast(own);
    forecaster.median(median, 0);
    const centre = median[h - 1];
    const quantiles = new Map<string, Float64Array>([['stepcast', own.slice((h - 1) * L)]]);
    for (const { name, candidate } of others)
      quantiles.set(
        name,
        Float64Array.from(levels, (level) => centre + candidate.quantile(level)),
      );
    waiting[t] = { median: centre, quantiles };
    waiting[t - h] = undefined;
  }
  return Object.fromEntries(
    [...judged].flatMap(([name, { local, crps: sum, count }]) => [
      ...local.flatMap((one, i) => [
        [`${name} ${intervals[i]}`, significant(one.coverage, 4)],
        [`${name} ${intervals[i]} local`, significant(one.localError, 3)],
      ]),
      [`${name} crps`, significant(sum / count, 5)],
    ]),
  );
}

const nearest = (level: number): number =>
  levels.reduce((best, value, i) => (Math.abs(value - level) < Math.abs(levels[best] - level) ? i : best), 0);
