import type { GradientRule } from './gradientRule.js';

/** y = σ(x): dX = dOut·y·(1 − y). */
export const sigmoid: GradientRule = ({ g, node, dOut, add }) => {
  const y = node.outputs[0];
  const slope = g.op('Mul', [y, g.op('Sub', [g.scalar(1), y])]);
  add(0, g.op('Mul', [dOut(), slope]));
};
