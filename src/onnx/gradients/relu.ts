import type { GradientRule } from './gradientRule.js';

/** y = max(x, 0): dX = dOut where y > 0, 0 elsewhere. */
export const relu: GradientRule = ({ g, node, dOut, add }) =>
  add(0, g.op('Mul', [dOut(), g.op('Sign', [node.outputs[0]])]));
