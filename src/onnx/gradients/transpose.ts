import type { GradientRule } from './gradientRule.js';

/** y = x with its axes permuted: dX is dOut with them permuted back. */
export const transpose: GradientRule = ({ g, node, shape, dOut, add }) => {
  const rank = shape(0).length;
  const perm = (node.attributes.perm as readonly number[] | undefined) ?? shape(0).map((_, i) => rank - 1 - i);
  add(0, g.op('Transpose', [dOut()], { perm: shape(0).map((_, axis) => perm.indexOf(axis)) }));
};
