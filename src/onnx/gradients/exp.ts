import type { GradientRule } from './gradientRule.js';

/** y = eˣ: dX = dOut·y. */
export const exp: GradientRule = ({ g, node, dOut, add }) => add(0, g.op('Mul', [dOut(), node.outputs[0]]));
