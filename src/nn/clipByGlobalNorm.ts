import type { GraphBuilder } from '../onnx/graphBuilder.js';

export interface Clipped {
  readonly gradients: readonly string[];
  readonly norm: string; // of all gradients together, before the clip
}

/** Scales gradients so that their common Euclidean norm is at most `limit`: g · limit / max(limit, ‖g‖). */
export function clipByGlobalNorm(g: GraphBuilder, gradients: readonly string[], limit: number): Clipped {
  const squares = gradients.map((gradient) => g.op('ReduceSum', [g.op('Mul', [gradient, gradient])], { keepdims: 0 }));
  const norm = g.op('Sqrt', [squares.reduce((sum, square) => g.op('Add', [sum, square]))]);
  const factor = g.op('Div', [g.scalar(limit), g.op('Max', [g.scalar(limit), norm])]);
  return { gradients: gradients.map((gradient) => g.op('Mul', [gradient, factor])), norm };
}
