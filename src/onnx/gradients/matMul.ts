import type { GraphBuilder } from '../graphBuilder.js';
import type { GradientRule } from './gradientRule.js';

/** y = A·B over the last two axes: dA = dOut·Bᵀ, dB = Aᵀ·dOut. */
export const matMul: GradientRule = ({ g, node, shape, dOut, needs, add, addProduct }) => {
  const [a, b] = node.inputs;
  if (needs(0)) add(0, g.op('MatMul', [dOut(), transposed(g, b)]));
  if (!needs(1)) return;
  if (shape(0).length === 2 && shape(1).length === 2) addProduct(1, a, dOut());
  else add(1, g.op('MatMul', [transposed(g, a), dOut()]));
};

/** The last two axes swapped. */
function transposed(g: GraphBuilder, value: string): string {
  const rank = g.shape(value).length;
  const perm = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
  return g.op('Transpose', [value], { perm });
}
