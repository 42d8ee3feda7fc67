import { fixed } from '../shape.js';
import type { GradientRule } from './gradientRule.js';

/**
 * y is x with a constant around it: dX is the block of dOut where x lies.
 *
 * @throws {TypeError} for other modes, and where something is cut off.
 */
export const pad: GradientRule = ({ g, node, shape, dOut, add }) => {
  const pads = g.intsOf(node.inputs[1]);
  if ((node.attributes.mode ?? 'constant') !== 'constant' || pads.some((each) => each < 0))
    throw new TypeError('Pad: its gradient is known for mode constant and pads of 0 or more');
  const x = shape(0);
  const axes = [...x.keys()].filter((axis) => pads[axis] + pads[axis + x.length] > 0);
  if (axes.length === 0) return add(0, dOut());
  const starts = axes.map((axis) => pads[axis]);
  const ends = axes.map((axis) => pads[axis] + fixed(x[axis]));
  add(0, g.op('Slice', [dOut(), g.ints(starts), g.ints(ends), g.ints(axes)]));
};
