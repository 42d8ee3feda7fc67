import type { GradientRule } from './gradientRule.js';

/** y = 1/x: dX = −dOut·y². */
export const reciprocal: GradientRule = ({ g, node, dOut, add }) => {
  const [y] = node.outputs;
  add(0, g.op('Mul', [dOut(), g.op('Neg', [g.op('Mul', [y, y])])]));
};
