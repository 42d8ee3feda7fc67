import type { GraphBuilder } from '../onnx/graphBuilder.js';

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

export interface AdamState {
  readonly value: string;
  readonly mean: string;
  readonly square: string;
}

/** What does not depend on the parameter: step size and bias correction of step t = 1, 2, … */
export interface AdamStep {
  readonly rate: string; // α / (1 − β₁ᵗ)
  readonly rootCorrection: string; // √(1 − β₂ᵗ)
}

/** `rate` and `t` are single numbers. */
export function adamStep(g: GraphBuilder, rate: string, t: string): AdamStep {
  const correction = (beta: number): string => g.op('Sub', [g.scalar(1), g.op('Pow', [g.scalar(beta), t])]);
  return { rate: g.op('Div', [rate, correction(beta1)]), rootCorrection: g.op('Sqrt', [correction(beta2)]) };
}

/**
 * One step of Adam (Kingma & Ba 2015) as PyTorch computes it:
 *
 *     m' = β₁·m + (1 − β₁)·d      s' = β₂·s + (1 − β₂)·d²
 *     w' = w − α/(1 − β₁ᵗ) · m' / (√s' / √(1 − β₂ᵗ) + ε)
 *
 * β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
 */
export function adam(g: GraphBuilder, { value, mean, square }: AdamState, gradient: string, step: AdamStep): AdamState {
  const decayed = (old: string, beta: number, fresh: string): string =>
    g.op('Add', [g.op('Mul', [old, g.scalar(beta)]), g.op('Mul', [fresh, g.scalar(1 - beta)])]);
  const nextMean = decayed(mean, beta1, gradient);
  const nextSquare = decayed(square, beta2, g.op('Mul', [gradient, gradient]));
  const size = g.op('Add', [g.op('Div', [g.op('Sqrt', [nextSquare]), step.rootCorrection]), g.scalar(epsilon)]);
  const change = g.op('Mul', [step.rate, g.op('Div', [nextMean, size])]);
  return { value: g.op('Sub', [value, change]), mean: nextMean, square: nextSquare };
}
