import type { GradientRule } from './gradientRule.js';

/** y = a + b + …: each takes dOut. */
export const sum: GradientRule = ({ node, dOut, needs, add }) => {
  for (const i of node.inputs.keys()) if (needs(i)) add(i, dOut());
};
