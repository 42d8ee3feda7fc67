import type { GradientRule } from './gradientRule.js';

/** From float to float: dX = dOut. */
export const cast: GradientRule = ({ dOut, add }) => add(0, dOut());
