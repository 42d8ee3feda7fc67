import type { GraphBuilder } from '../../onnx/graphBuilder.js';
import { movingMean } from '../movingMean.js';
import type { OptimisedParameter, Optimiser, Shared, Updated } from './optimiser.js';
import { penalised, type WeightDecay } from './weightDecay.js';

export interface Betas {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

const defaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/**
 * Adam (Kingma & Ba 2015) as PyTorch computes it, with weight decay as part of the gradient:
 *
 *     d  = dL/dw + λ·w
 *     m' = β₁·m + (1 − β₁)·d      s' = β₂·s + (1 − β₂)·d²
 *     w' = w − α/(1 − β₁ᵗ) · m' / (√s' / √(1 − β₂ᵗ) + ε)
 */
export function adam(options: Betas & WeightDecay = {}): Optimiser {
  return {
    name: 'adam',
    slots: ['m', 's'],
    prepare: (g, rate, t) => adamStep(g, rate, t, options),
    update: (g, parameter, shared) =>
      adamUpdate(g, { ...parameter, gradient: penalised(g, parameter, options) }, shared, options),
  };
}

/** Step size and bias correction of step t. */
export function adamStep(g: GraphBuilder, rate: string, t: string, options: Betas): Shared {
  const { beta1, beta2 } = { ...defaults, ...options };
  return {
    rate,
    size: g.op('Div', [rate, biasCorrection(g, beta1, t)]), // α / (1 − β₁ᵗ)
    rootCorrection: g.op('Sqrt', [biasCorrection(g, beta2, t)]),
  };
}

/** m', s' and w' from a gradient that holds whatever decay there is. */
export function adamUpdate(
  g: GraphBuilder,
  { value, slots, gradient }: OptimisedParameter,
  { size, rootCorrection }: Shared,
  options: Betas,
): Updated {
  const { beta1, beta2, epsilon } = { ...defaults, ...options };
  const m = movingMean(g, slots.m, beta1, gradient);
  const s = movingMean(g, slots.s, beta2, g.op('Mul', [gradient, gradient]));
  const scale = g.op('Add', [g.op('Div', [g.op('Sqrt', [s]), rootCorrection]), g.scalar(epsilon)]);
  const change = g.op('Mul', [size, g.op('Div', [m, scale])]);
  return { value: g.op('Sub', [value, change]), slots: { m, s } };
}

/** 1 − βᵗ = 2u / (1 + u) with u = tanh(−½·t·ln β): in float32, 1 − 0.999 itself would have lost four digits. */
function biasCorrection(g: GraphBuilder, beta: number, t: string): string {
  const u = g.op('Tanh', [g.op('Mul', [t, g.scalar(-0.5 * Math.log(beta))])]);
  return g.op('Div', [g.op('Mul', [u, g.scalar(2)]), g.op('Add', [u, g.scalar(1)])]);
}
