import type { GraphBuilder } from '../onnx/graphBuilder.js';
import { sizeOf } from '../onnx/shape.js';

export interface ClippedByValue {
  readonly gradients: readonly string[];
  readonly share: string; // of elements that were beyond the limit, 0…1
}

/** Every element of every gradient into [−limit, limit]. */
export function clipByValue(g: GraphBuilder, gradients: readonly string[], limit: number): ClippedByValue {
  const [low, high] = [g.scalar(-limit), g.scalar(limit)];
  const beyond = gradients.map((gradient) => {
    const over = g.op('Greater', [g.op('Abs', [gradient]), high]);
    return g.op('ReduceSum', [g.op('Cast', [over], { to: 1 })], { keepdims: 0 });
  });
  const elements = gradients.reduce((sum, gradient) => sum + sizeOf(g.shape(gradient)), 0);
  const count = beyond.reduce((sum, part) => g.op('Add', [sum, part]));
  return {
    gradients: gradients.map((gradient) => g.op('Min', [g.op('Max', [gradient, low]), high])),
    share: g.op('Div', [count, g.scalar(elements)]),
  };
}
