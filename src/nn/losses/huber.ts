import type { Loss } from './loss.js';
import { perLevel } from './perLevel.js';

/**
 * Huber's loss (1964): a square near nothing, a line beyond δ, with d = target − y:
 *
 *     L = mean of  ½d²  where |d| ≤ δ,  δ·(|d| − ½δ)  elsewhere  =  c·(|d| − ½c)  with c = min(|d|, δ)
 *
 * @throws {RangeError} when δ is not positive.
 */
export function huber(delta = 1): Loss {
  if (!(delta > 0)) throw new RangeError(`huber: delta must be positive, got ${delta}`);
  return {
    name: 'huber',
    build: (g, y, target, weight) =>
      perLevel(g, { y, target, weight }, (miss) => {
        const size = g.op('Abs', [miss]);
        const capped = g.op('Min', [size, g.scalar(delta)]);
        return g.op('Mul', [capped, g.op('Sub', [size, g.op('Mul', [capped, g.scalar(0.5)])])]);
      }),
  };
}
