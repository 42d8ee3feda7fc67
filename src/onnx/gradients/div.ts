import type { GradientRule } from './gradientRule.js';

/** y = a/b: dA = dOut/b, dB = −dOut·y/b. */
export const div: GradientRule = ({ g, node, dOut, needs, add }) => {
  const share = g.op('Div', [dOut(), node.inputs[1]]);
  if (needs(0)) add(0, share);
  if (needs(1)) add(1, g.op('Neg', [g.op('Mul', [share, node.outputs[0]])]));
};
