import type { GradientRule } from './gradientRule.js';

/** y = x₁ ‖ x₂ ‖ …: each takes back its own part of dOut. */
export const concat: GradientRule = ({ g, node, shape, dOut, needs, add }) => {
  const rank = shape(0).length;
  const axis = (Number(node.attributes.axis) + rank) % rank;
  const sizes = node.inputs.map((_, i) => Number(shape(i)[axis]));
  const parts = g.ops(sizes.length, 'Split', [dOut(), g.ints(sizes)], { axis });
  for (const [i, part] of parts.entries()) if (needs(i)) add(i, part);
};
