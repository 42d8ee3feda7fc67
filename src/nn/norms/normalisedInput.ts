import { valuesOf } from '../parameter.js';
import type { StepContext } from '../stepContext.js';
import { batchNorm, frozenBatchNorm } from './batchNorm.js';

/** x as the first layer is given it: with batch normalisation by the batch's statistics in training, by the running ones otherwise. */
export function normalisedInput({ g, a, p, x, alive, training }: StepContext): string {
  if (a.inputNorm === 'none') return x;
  if (!training) return frozenBatchNorm(g, x, valuesOf('norm', p));
  const { value, mean, variance } = batchNorm(g, x, valuesOf('norm', p), alive);
  g.output('norm.mean_next', mean);
  g.output('norm.variance_next', variance);
  return value;
}
