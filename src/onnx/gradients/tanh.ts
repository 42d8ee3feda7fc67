import type { GradientRule } from './gradientRule.js';

/** y = tanh(x): dX = dOut·(1 − y²). */
export const tanh: GradientRule = ({ g, node, dOut, add }) => {
  const y = node.outputs[0];
  const slope = g.op('Sub', [g.scalar(1), g.op('Mul', [y, y])]);
  add(0, g.op('Mul', [dOut(), slope]));
};
