import type { Loss } from './loss.js';
import { perLevel } from './perLevel.js';

/**
 * The pinball loss of quantile forecasts (Koenker & Bassett 1978), y[…, q] being the quantile at level τ_q:
 *
 *     d = target − y_q      L = mean over q of  max(τ_q·d, (τ_q − 1)·d)  =  ½|d| + (τ_q − ½)·d
 */
export function pinball(levels: readonly number[]): Loss {
  return {
    name: 'pinball',
    build: (g, y, target, weight) =>
      perLevel(g, { y, target, weight }, (miss) => {
        const slopes = g.constant(
          levels.map((level) => level - 0.5),
          [levels.length],
        );
        return g.op('Add', [g.op('Mul', [g.op('Abs', [miss]), g.scalar(0.5)]), g.op('Mul', [miss, slopes])]);
      }),
  };
}
