import { describe, expect, it } from 'vitest';
import { weighedNames } from '../../../src/forecast/blendWeights.js';
import { SeriesForecaster } from '../../../src/forecast/seriesForecaster.js';
import { Random } from '../../../src/series/random.js';
import type { Covariate, CovariateValue, Tick } from '../../../src/series/types.js';
import { conformsAsForecaster } from '../conformance/forecaster.js';

const horizon = 6;
const hour = 3_600_000;
const levels = [0.1, 0.5, 0.9];
const past: Covariate[] = [{ name: 'outdoor', series: 'o', known: 'past' }];
const future: Covariate[] = [{ name: 'outdoor', series: 'o', known: 'future' }];

const random = new Random(9);
const count = 1500;
const drive = Array.from({ length: count + horizon }, () => random.normal());
const noise = Array.from({ length: count }, () => 0.2 * random.normal());

/** Values that follow what drives them `delay` steps later. */
const valuesOf = (delay: number): number[] =>
  noise.map((e, n) => 20 + 2 * Math.sin((2 * Math.PI * n) / 24) + (n >= delay ? 3 * drive[n - delay] : 0) + e);

const tickOf = (y: number, n: number, covariates?: readonly CovariateValue[]): Tick => ({
  ...{ n, tMs: n * hour, y, stepMs: hour, missing: 0, restart: n === 0 },
  ...(covariates && { covariates }),
});
const toldNow = (n: number): CovariateValue[] => [{ now: drive[n] }];
const toldAhead = (n: number): CovariateValue[] => [
  { now: drive[n], ahead: Float64Array.from({ length: horizon }, (_, i) => drive[n + i + 1]) },
];

/** Mean absolute error of the median over the second half, by horizon step. */
function errors(values: readonly number[], told?: (n: number) => CovariateValue[], covariates?: Covariate[]): number[] {
  const forecaster = new SeriesForecaster({ horizon, levels, season: 24, covariates });
  const out = new Float64Array(horizon);
  const sums = new Array<number>(horizon).fill(0);
  const half = count / 2;
  for (let n = 0; n < count - horizon; n++) {
    forecaster.learnOne(tickOf(values[n], n, told?.(n)));
    forecaster.median(out, 0);
    if (n >= half) for (let h = 1; h <= horizon; h++) sums[h - 1] += Math.abs(out[h - 1] - values[n + h]);
  }
  return sums.map((sum) => sum / (half - horizon));
}

conformsAsForecaster(
  'a series that looks at another one',
  () => {
    const forecaster = new SeriesForecaster({ horizon, levels, season: 0, covariates: future });
    return {
      horizon,
      levels: levels.length,
      learnOne: async (tick) =>
        forecaster.learnOne({
          ...tick,
          covariates: tick.n % 9 === 4 ? [{ now: Number.NaN }] : toldAhead(tick.n % count),
        }),
      forecast: () => {
        const out = new Float64Array(horizon * levels.length);
        forecaster.forecast(out);
        return out;
      },
      save: (writer) => forecaster.save(writer),
      load: (reader) => forecaster.load(reader),
    };
  },
  { snapshots: [37] },
);

describe('a series that looks at another one', () => {
  it('is forecast by what is known ahead of it, at every step', () => {
    const values = valuesOf(0);
    const [without, found] = [errors(values), errors(values, toldAhead, future)];
    for (let h = 0; h < horizon; h++) expect(found[h] / without[h]).toBeLessThan(0.25);
  });

  it('is forecast by what another one just did, as far ahead as that tells', () => {
    const values = valuesOf(1);
    const [without, found] = [errors(values), errors(values, toldNow, past)];
    expect(found[0] / without[0]).toBeLessThan(0.3);
    expect(found[2] / without[2]).toBeCloseTo(1, 1);
  });

  it('is forecast as well as without it where it tells nothing', () => {
    const values = valuesOf(0).map((y, n) => y - 3 * drive[n]);
    const [without, found] = [errors(values), errors(values, toldAhead, future)];
    for (let h = 0; h < horizon; h++) expect(found[h] / without[h]).toBeLessThan(1.03);
  });

  it('tells what the other one weighs', () => {
    const values = valuesOf(0);
    const forecaster = new SeriesForecaster({ horizon, levels, season: 24, covariates: future });
    for (let n = 0; n < 600; n++) forecaster.learnOne(tickOf(values[n], n, toldAhead(n)));
    const weights = new Float64Array(weighedNames.length);
    forecaster.weights(1, weights, 0);
    expect(weights[weighedNames.indexOf('covariates')]).toBeGreaterThan(0.9);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
  });

  it('does not know what comes: another future leaves every forecast before it as it was', () => {
    const published = (shuffled: boolean): string[] => {
      const forecaster = new SeriesForecaster({ horizon, levels, season: 24, covariates: past });
      const values = valuesOf(1);
      return Array.from({ length: 200 }, (_, n) => {
        const at = shuffled && n > 120 ? 320 - n : n;
        forecaster.learnOne(tickOf(values[at], n, toldNow(at)));
        const out = new Float64Array(horizon * levels.length);
        forecaster.forecast(out);
        return String(out);
      });
    };
    const [calm, other] = [published(false), published(true)];
    expect(other.slice(0, 121)).toEqual(calm.slice(0, 121));
    expect(other[121]).not.toBe(calm[121]);
  });
});
