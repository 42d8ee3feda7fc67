import { expandTo } from '../expandTo.js';
import { fixed, normalAxis } from '../shape.js';
import type { GradientRule } from './gradientRule.js';

/** y = x[…, indices, …]: dX[…, i, …] is the sum of dOut over the places that took i. */
export const gather: GradientRule = ({ g, node, shape, dOut, add }) => {
  const [x, indices] = [shape(0), shape(1)];
  const axis = normalAxis(Number(node.attributes.axis ?? 0), x.length);
  const known = g.constants.get(node.inputs[1]);
  if (known?.data.length === 1) {
    const size = fixed(x[axis]);
    const at = normalAxis(known.data[0], size);
    const pads = new Array<number>(2 * x.length).fill(0);
    pads[axis] = at;
    pads[axis + x.length] = size - at - 1;
    const kept = indices.length === 0 ? g.op('Unsqueeze', [dOut(), g.ints([axis])]) : dOut();
    const block = indices.length > 1 ? g.op('Squeeze', [kept, g.ints(indices.slice(1).map((_, i) => axis + i))]) : kept;
    return add(0, pads.some((pad) => pad > 0) ? g.op('Pad', [block, g.ints(pads)]) : block);
  }
  // The axis taken from, and those of the indices, go to the front: ScatterND adds whole blocks at an index.
  const front = [axis, ...[...x.keys()].filter((i) => i !== axis)];
  const rows = g.op('Unsqueeze', [node.inputs[1], g.ints([indices.length])]);
  const taken = indices.map((_, i) => axis + i);
  const turned = g.op('Transpose', [dOut()], {
    perm: [
      ...taken,
      ...Array.from({ length: x.length + indices.length - 1 }, (_, i) => i).filter((i) => !taken.includes(i)),
    ],
  });
  const zeros = expandTo(
    g,
    g.scalar(0),
    front.map((i) => x[i]),
    node.inputs[0],
  );
  const sums = g.op('ScatterND', [zeros, rows, turned], { reduction: 'add' });
  add(0, axis === 0 ? sums : g.op('Transpose', [sums], { perm: x.map((_, i) => front.indexOf(i)) }));
};
