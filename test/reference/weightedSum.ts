import type { GraphBuilder } from '../../src/onnx/graphBuilder.js';
import type { Random } from '../../src/series/random.js';

/** L = Σ k ⊙ y over all outputs, with fixed random k: no element's gradient is the same as its neighbour's. */
export function weightedSum(g: GraphBuilder, outputs: readonly string[], random: Random): string {
  const sums = outputs.map((output) => {
    const shape = g.shape(output).map(Number);
    const k = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.fround(random.normal()));
    return g.op('ReduceSum', [g.op('Mul', [output, g.constant(k, shape)])], { keepdims: 0 });
  });
  return sums.reduce((a, b) => g.op('Add', [a, b]));
}
