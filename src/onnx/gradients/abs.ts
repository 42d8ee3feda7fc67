import type { GradientRule } from './gradientRule.js';

/** y = |x|: dX = dOut·sign(x), 0 at 0. */
export const abs: GradientRule = ({ g, node, dOut, add }) => add(0, g.op('Mul', [dOut(), g.op('Sign', node.inputs)]));
