import { pinballLoss } from './pinballLoss.js';

/**
 * Continuous ranked probability score of a forecast given by its quantiles: twice the mean pinball loss over `levels`, which
 * stands for twice its integral over the level when they are evenly spread. Unit of y. `values` holds the quantiles from `at`,
 * ascending. Gneiting & Raftery 2007.
 */
export function crps(levels: readonly number[], values: Float64Array, at: number, y: number): number {
  let sum = 0;
  for (let l = 0; l < levels.length; l++) sum += pinballLoss(levels[l], values[at + l], y);
  return (2 * sum) / levels.length;
}
