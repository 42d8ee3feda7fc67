import { fixed, normalAxis } from '../shape.js';
import type { GradientRule } from './gradientRule.js';

/** y₁, y₂, … are parts of x: dX is their gradients side by side, zeros for those that nothing reads. */
export const split: GradientRule = ({ g, node, shape, dOut, flows, add }) => {
  const x = shape(0);
  const axis = normalAxis(Number(node.attributes.axis ?? 0), x.length);
  const used = node.outputs.flatMap((_, i) => (flows(i) ? [i] : []));
  if (node.outputs.length === 1) return add(0, dOut());
  if (used.length > 1) {
    const parts = node.outputs.map((_, i) => dOut(i));
    return add(0, g.op('Concat', parts, { axis }));
  }
  const sizes = node.outputs.map((output) => fixed(g.shape(output)[axis]));
  const before = sizes.slice(0, used[0]).reduce((a, b) => a + b, 0);
  const pads = new Array<number>(2 * x.length).fill(0);
  pads[axis] = before;
  pads[axis + x.length] = fixed(x[axis]) - before - sizes[used[0]];
  add(0, g.op('Pad', [dOut(used[0]), g.ints(pads)]));
};
