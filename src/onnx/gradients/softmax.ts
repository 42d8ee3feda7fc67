import type { GradientRule } from './gradientRule.js';

/** y = eˣ / Σeˣ over an axis: dX = y·(dOut − Σ dOut·y). */
export const softmax: GradientRule = ({ g, node, dOut, add }) => {
  const [y] = node.outputs;
  const weighted = g.op('Mul', [dOut(), y]);
  const axes = g.ints([Number(node.attributes.axis ?? -1)]);
  const total = g.op('ReduceSum', [weighted, axes], { keepdims: 1 });
  add(0, g.op('Sub', [weighted, g.op('Mul', [total, y])]));
};
