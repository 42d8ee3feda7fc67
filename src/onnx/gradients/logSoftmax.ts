import type { GradientRule } from './gradientRule.js';

/** y = x − ln Σeˣ over an axis: dX = dOut − eʸ·Σ dOut. */
export const logSoftmax: GradientRule = ({ g, node, dOut, add }) => {
  const axes = g.ints([Number(node.attributes.axis ?? -1)]);
  const total = g.op('ReduceSum', [dOut(), axes], { keepdims: 1 });
  add(0, g.op('Sub', [dOut(), g.op('Mul', [total, g.op('Exp', [node.outputs[0]])])]));
};
