import type { GradientRule } from './gradientRule.js';

/** y = a·b: dA = dOut·b, dB = dOut·a. */
export const mul: GradientRule = ({ g, node, dOut, needs, add }) => {
  const [a, b] = node.inputs;
  if (needs(0)) add(0, g.op('Mul', [dOut(), b]));
  if (needs(1)) add(1, g.op('Mul', [dOut(), a]));
};
