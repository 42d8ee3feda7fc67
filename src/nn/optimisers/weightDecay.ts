import type { GraphBuilder } from '../../onnx/graphBuilder.js';

export interface WeightDecay {
  readonly weightDecay?: number; // λ, 0 when left out
  readonly decayVectors?: boolean; // biases, and gains of normalisations, too
}

/** λ of one parameter: 0 for vectors, which biases and the gains of normalisations are, unless asked for. */
export function decayOf(
  g: GraphBuilder,
  value: string,
  { weightDecay = 0, decayVectors = false }: WeightDecay,
): number {
  const vector = g.shape(value).filter((dim) => dim !== 1).length < 2;
  return vector && !decayVectors ? 0 : weightDecay;
}

/** The gradient of L + ½λ‖w‖²: d + λ·w. */
export function penalised(
  g: GraphBuilder,
  { value, gradient }: { value: string; gradient: string },
  decay: WeightDecay,
): string {
  const lambda = decayOf(g, value, decay);
  return lambda === 0 ? gradient : g.op('Add', [gradient, g.op('Mul', [value, g.scalar(lambda)])]);
}
