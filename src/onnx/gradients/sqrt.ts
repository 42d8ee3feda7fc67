import type { GradientRule } from './gradientRule.js';

/** y = √x: dX = dOut / 2y. */
export const sqrt: GradientRule = ({ g, node, dOut, add }) =>
  add(0, g.op('Div', [dOut(), g.op('Mul', [g.scalar(2), node.outputs[0]])]));
