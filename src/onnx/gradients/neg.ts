import type { GradientRule } from './gradientRule.js';

/** y = −x: dX = −dOut. */
export const neg: GradientRule = ({ g, dOut, add }) => add(0, g.op('Neg', [dOut()]));
