import type { GradientRule } from './gradientRule.js';

/** y = a + b: dA = dOut, dB = dOut. */
export const add: GradientRule = ({ dOut, needs, add }) => {
  for (const input of [0, 1]) if (needs(input)) add(input, dOut());
};
