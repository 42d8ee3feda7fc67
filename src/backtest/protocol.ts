import type { ScoredRange } from './scoreboard.js';

/**
 * Which part of a file trains, and which is scored. `single`: the last half is scored. `fsnet`: rows 0–2879 train,
 * 3600–14399 are scored (FSNet, OneNet). `leakfree`: 60 % train, 10 % validation, the last 30 % scored after a lookback of 96
 * (ADAPT-Z). The labels of a forecast are never used before they have arrived, whatever the protocol.
 */
export type Protocol = 'single' | 'fsnet' | 'leakfree';

export function scoredRange(protocol: Protocol, steps: number): ScoredRange {
  if (protocol === 'fsnet') return { firstTarget: 3600, end: Math.min(steps, 14_400) };
  if (protocol === 'leakfree') return { firstTarget: Math.floor(0.7 * steps) + 96, end: steps };
  return { firstTarget: steps >> 1, end: steps };
}

/** Standard deviation and mean one-step change of the training part, in the unit of the column: what errors are divided by. */
export function normaliser(protocol: Protocol, cells: Float64Array): { spread: number; meanChange: number } {
  const training = { single: cells.length >> 1, fsnet: 2880, leakfree: Math.floor(0.6 * cells.length) }[protocol];
  const known = cells.subarray(0, training).filter((y) => !Number.isNaN(y));
  const mean = known.reduce((sum, y) => sum + y, 0) / known.length;
  const variance = known.reduce((sum, y) => sum + (y - mean) ** 2, 0) / known.length;
  const change = known.reduce((sum, y, i) => sum + (i > 0 ? Math.abs(y - known[i - 1]) : 0), 0) / (known.length - 1);
  return { spread: Math.sqrt(variance) || 1, meanChange: change || 1 };
}
