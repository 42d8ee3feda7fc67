import type { AccuracyMeans } from './accuracyMeans.js';

/**
 * Many series as one, each with the same weight: the means of `mase`, `coverage` and `nominal`, and as skill
 * 1 − the geometric mean of (1 − skill) (Fleming & Wallace 1986). What has the unit of a series is null.
 */
export function totalAccuracy(rows: readonly AccuracyMeans[]): AccuracyMeans {
  const of = (key: keyof AccuracyMeans): number[] => rows.map((row) => row[key]).filter((value) => value !== null);
  const skill = (key: keyof AccuracyMeans): number | null => {
    const log = mean(of(key).map((value) => Math.log(1 - value)));
    return log === null ? null : 1 - Math.exp(log);
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
  };
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
