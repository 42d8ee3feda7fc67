import type { GradientRule } from './gradientRule.js';

/** y = x broadcast: dX is dOut summed over the axes that were added or repeated. */
export const expand: GradientRule = ({ dOut, add }) => add(0, dOut());
