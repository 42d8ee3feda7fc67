import type { GradientRule } from './gradientRule.js';

/** y = ln x: dX = dOut/x. */
export const log: GradientRule = ({ g, node, dOut, add }) => add(0, g.op('Div', [dOut(), node.inputs[0]]));
