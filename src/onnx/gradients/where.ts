import type { GradientRule } from './gradientRule.js';

/** y = condition ? a : b: dOut goes to the one that was taken. */
export const where: GradientRule = ({ g, node, dOut, needs, add }) => {
  const zero = g.scalar(0);
  if (needs(1)) add(1, g.op('Where', [node.inputs[0], dOut(), zero]));
  if (needs(2)) add(2, g.op('Where', [node.inputs[0], zero, dOut()]));
};
