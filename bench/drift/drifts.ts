import { Random } from '../../src/series/random.js';

export const drifts = ['none', 'level', 'gain', 'season', 'rule', 'real'] as const;
export type DriftName = (typeof drifts)[number];

/**
 * A series all of whose rows are of the new regime: three standard deviations higher; twice the swing about its mean; six rows later in the
 * day; or going the other way about its mean, so that what was learned of its shape is wrong. Real drift is in the values as they are.
 */
export function newRegime(values: Float64Array, drift: DriftName): Float64Array {
  const mean = values.reduce((sum, y) => sum + y, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, y) => sum + (y - mean) ** 2, 0) / values.length);
  return values.map((y, i) => {
    if (drift === 'level') return y + 3 * spread;
    if (drift === 'gain') return mean + 2 * (y - mean);
    if (drift === 'season') return values[Math.max(0, i - 6)];
    return drift === 'rule' ? 2 * mean - y : y;
  });
}

/** Chance to all that is linear until it is learned: a tent map with noise, hour after hour. */
export function tentSeries(length: number): Float64Array {
  const random = new Random(1);
  let y = 0.3;
  return Float64Array.from({ length }, () => {
    y = Math.min(0.999, Math.max(0.001, 1.9 * Math.min(y, 1 - y) + 0.01 * random.normal()));
    return y;
  });
}
