import { dimProduct } from '../dimProduct.js';
import type { GraphBuilder } from '../graphBuilder.js';
import { reshapeTo } from '../reshapeTo.js';
import type { GradientRule } from './gradientRule.js';

/** y = A·B over the last two axes: dA = dOut·Bᵀ, dB = Aᵀ·dOut. Of one axis, A is a row and B a column. */
export const matMul: GradientRule = ({ g, node, shape, dOut, needs, add, addProduct }) => {
  const [a, b] = [shape(0), shape(1)];
  const A = a.length === 1 ? reshapeTo(g, node.inputs[0], [1, ...a]) : node.inputs[0];
  const B = b.length === 1 ? reshapeTo(g, node.inputs[1], [...b, 1]) : node.inputs[1];
  let dY = dOut();
  if (b.length === 1) dY = g.op('Unsqueeze', [dY, g.ints([-1])]);
  if (a.length === 1) dY = g.op('Unsqueeze', [dY, g.ints([-2])]);

  if (needs(0)) {
    const dA = g.op('MatMul', [dY, transposed(g, B)]);
    add(0, a.length === 1 ? g.op('Squeeze', [dA, g.ints([-2])]) : dA);
  }
  if (!needs(1)) return;
  if (g.shape(B).length === 2) {
    // A matrix that many rows share: one product over all of them.
    const [rows, dRows] = [A, dY].map((value) => asMatrix(g, value));
    if (b.length === 2) addProduct(1, rows, dRows);
    else add(1, reshapeTo(g, g.op('MatMul', [transposed(g, rows), dRows]), b));
  } else add(1, g.op('MatMul', [transposed(g, A), dY]));
};

function asMatrix(g: GraphBuilder, value: string): string {
  const shape = g.shape(value);
  return shape.length === 2 ? value : reshapeTo(g, value, [dimProduct(shape.slice(0, -1)), shape.at(-1)!]);
}

/** The last two axes swapped. */
function transposed(g: GraphBuilder, value: string): string {
  const rank = g.shape(value).length;
  const perm = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
  return g.op('Transpose', [value], { perm });
}
