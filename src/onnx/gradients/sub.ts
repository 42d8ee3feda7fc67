import type { GradientRule } from './gradientRule.js';

/** y = a − b: dA = dOut, dB = −dOut. */
export const sub: GradientRule = ({ g, dOut, needs, add }) => {
  if (needs(0)) add(0, dOut());
  if (needs(1)) add(1, g.op('Neg', [dOut()]));
};
