import type { GradientRule } from './gradientRule.js';

/** y = x: dX = dOut. */
export const identity: GradientRule = ({ dOut, add }) => add(0, dOut());
