import type { AccuracyMeans } from './accuracyMeans.js';
import { meanWeights } from './meanWeights.js';

type Figure = Exclude<keyof AccuracyMeans, 'weights'>;

/**
 * Many series as one, each with the same weight: the means of `mase`, `coverage`, `nominal` and `weights`, and as skill
 * 1 − the geometric mean of (1 − skill) (Fleming & Wallace 1986). What has the unit of a series is null.
 */
export function totalAccuracy(rows: readonly AccuracyMeans[]): AccuracyMeans {
  const of = (key: Figure): number[] => rows.map((row) => row[key]).filter((value) => value !== null);
  const skill = (key: Figure): number | null => {
    const ratios = of(key).map((value) => 1 - value);
    const logs = ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0);
    return ratios.length === 0 ? null : 1 - Math.exp(logs / ratios.length);
  };
  return {
    n: of('n').reduce((sum, n) => sum + n, 0),
    mae: null,
    mase: mean(of('mase')),
    pinball: null,
    crps: null,
    coverage: mean(of('coverage')),
    nominal: mean(of('nominal')),
    width: null,
    skill_persistence: skill('skill_persistence'),
    skill_seasonal: skill('skill_seasonal'),
    weights: meanWeights(rows.flatMap(({ weights }) => (weights ? [weights] : []))),
  };
}

/** Exact when all are equal. */
function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((mean, value, i) => mean + (value - mean) / (i + 1), 0);
}
