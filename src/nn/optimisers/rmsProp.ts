import { movingMean } from '../movingMean.js';
import type { Optimiser, Updated } from './optimiser.js';
import { penalised, type WeightDecay } from './weightDecay.js';

export interface RmsPropOptions extends WeightDecay {
  readonly smoothing?: number; // ρ
  readonly epsilon?: number;
  readonly momentum?: number; // μ, 0 when left out
}

/**
 * RMSprop (Hinton 2012) as PyTorch computes it:
 *
 *     d  = dL/dw + λ·w
 *     s' = ρ·s + (1 − ρ)·d²
 *     u  = d / (√s' + ε)
 *     w' = w − α·u                 with momentum: v' = μ·v + u, w' = w − α·v'
 *
 * ρ = 0.99 and ε = 1e-8 when left out.
 */
export function rmsProp({ smoothing = 0.99, epsilon = 1e-8, momentum = 0, ...decay }: RmsPropOptions = {}): Optimiser {
  return {
    name: 'rmsprop',
    slots: momentum > 0 ? ['s', 'v'] : ['s'],
    prepare: (_g, rate) => ({ rate }),
    update(g, parameter, { rate }): Updated {
      const { value, slots } = parameter;
      const d = penalised(g, parameter, decay);
      const s = movingMean(g, slots.s, smoothing, g.op('Mul', [d, d]));
      const scaled = g.op('Div', [d, g.op('Add', [g.op('Sqrt', [s]), g.scalar(epsilon)])]);
      const moved = (direction: string): string => g.op('Sub', [value, g.op('Mul', [rate, direction])]);
      if (momentum === 0) return { value: moved(scaled), slots: { s } };
      const v = g.op('Add', [g.op('Mul', [slots.v, g.scalar(momentum)]), scaled]);
      return { value: moved(v), slots: { s, v } };
    },
  };
}
