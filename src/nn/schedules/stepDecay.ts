import type { Schedule } from './schedule.js';

/** γ^⌊step / every⌋: `factor` γ once more every so many steps. */
export function stepDecay({ every, factor = 0.1 }: { every: number; factor?: number }): Schedule {
  if (!(every >= 1)) throw new RangeError(`stepDecay: every must be at least 1, got ${every}`);
  return (step) => factor ** Math.floor(step / every);
}
