import type { Schedule } from './schedule.js';

/** Half a cosine from 1 down to `floor` in `steps` steps (Loshchilov & Hutter 2017): f + ½(1 − f)(1 + cos(π·step/steps)); f from there on. */
export function cosine({ steps, floor = 0 }: { steps: number; floor?: number }): Schedule {
  if (!(steps >= 1)) throw new RangeError(`cosine: steps must be at least 1, got ${steps}`);
  return (step) => floor + (1 - floor) * 0.5 * (1 + Math.cos((Math.PI * Math.min(step, steps)) / steps));
}
