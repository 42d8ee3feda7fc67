import type { Optimiser, Updated } from './optimiser.js';
import { penalised, type WeightDecay } from './weightDecay.js';

export interface SgdOptions extends WeightDecay {
  readonly momentum?: number; // μ, 0 when left out
  readonly nesterov?: boolean; // looks ahead along the velocity
}

/**
 * Stochastic gradient descent as PyTorch computes it:
 *
 *     d  = dL/dw + λ·w
 *     v' = μ·v + d                 (with momentum)
 *     w' = w − α·v'                Nesterov: w' = w − α·(d + μ·v')      without momentum: w' = w − α·d
 *
 * @throws {RangeError} when Nesterov is asked for without momentum.
 */
export function sgd({ momentum = 0, nesterov = false, ...decay }: SgdOptions = {}): Optimiser {
  if (nesterov && momentum === 0) throw new RangeError('sgd: nesterov needs a momentum');
  return {
    name: 'sgd',
    slots: momentum > 0 ? ['v'] : [],
    prepare: (_g, rate) => ({ rate }),
    update(g, parameter, { rate }): Updated {
      const { value, slots } = parameter;
      const d = penalised(g, parameter, decay);
      const moved = (direction: string): string => g.op('Sub', [value, g.op('Mul', [rate, direction])]);
      if (momentum === 0) return { value: moved(d), slots: {} };
      const v = g.op('Add', [g.op('Mul', [slots.v, g.scalar(momentum)]), d]);
      return {
        value: moved(nesterov ? g.op('Add', [d, g.op('Mul', [v, g.scalar(momentum)])]) : v),
        slots: { v },
      };
    },
  };
}
