import { adamStep, adamUpdate, type Betas } from './adam.js';
import type { Optimiser } from './optimiser.js';
import { decayOf, type WeightDecay } from './weightDecay.js';

/**
 * AdamW (Loshchilov & Hutter 2019): Adam whose weight decay stays out of the moments, w ← (1 − α·λ)·w before its step.
 * λ = 0.01 when left out, as PyTorch's.
 */
export function adamW(options: Betas & WeightDecay = {}): Optimiser {
  const settings = { weightDecay: 0.01, ...options };
  return {
    name: 'adamw',
    slots: ['m', 's'],
    prepare: (g, rate, t) => adamStep(g, rate, t, settings),
    update(g, parameter, shared) {
      const lambda = decayOf(g, parameter.value, settings);
      if (lambda === 0) return adamUpdate(g, parameter, shared, settings);
      const kept = g.op('Sub', [g.scalar(1), g.op('Mul', [shared.rate, g.scalar(lambda)])]);
      return adamUpdate(g, { ...parameter, value: g.op('Mul', [parameter.value, kept]) }, shared, settings);
    },
  };
}
