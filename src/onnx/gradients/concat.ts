import { knownParts } from '../knownParts.js';
import { fixed, normalAxis } from '../shape.js';
import type { GradientRule } from './gradientRule.js';

/** y = x₁ ‖ x₂ ‖ …: each takes back its own part of dOut. */
export const concat: GradientRule = ({ g, node, shape, dOut, needs, add }) => {
  if (node.inputs.length === 1) return add(0, dOut());
  const axis = normalAxis(Number(node.attributes.axis), shape(0).length);
  const sizes = node.inputs.map((_, i) => fixed(shape(i)[axis]));
  const wanted = node.inputs.flatMap((_, i) => (needs(i) ? [i] : []));
  const known = knownParts(g, dOut(), sizes, axis);
  if (known) {
    for (const i of wanted) add(i, known(i));
    return;
  }
  if (wanted.length > 1) {
    const parts = g.ops(sizes.length, 'Split', [dOut(), g.ints(sizes)], { axis });
    for (const i of wanted) add(i, parts[i]);
    return;
  }
  const [only] = wanted;
  const from = sizes.slice(0, only).reduce((a, b) => a + b, 0);
  add(only, g.op('Slice', [dOut(), g.ints([from]), g.ints([from + sizes[only]]), g.ints([axis])]));
};
