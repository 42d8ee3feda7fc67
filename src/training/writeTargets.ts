import type { Batch } from './batch.js';
import type { Sequence } from './sequence.js';

/** Targets and weights of one row: those of step `step` of a sequence, weight 0 where a target is not known. */
export function writeTargets(
  { target, weight }: Pick<Batch, 'target' | 'weight'>,
  row: number,
  sequence: Sequence,
  step: number,
  horizonWeights: ArrayLike<number>,
): void {
  const horizon = sequence.target.length / sequence.length;
  for (let h = 0, at = row * horizon, from = step * horizon; h < horizon; h++, at++, from++) {
    const value = sequence.target[from];
    const known = !Number.isNaN(value);
    target[at] = known ? value : 0;
    weight[at] = known ? horizonWeights[h] : 0;
  }
}
