import { normalAxis } from '../shape.js';
import type { GradientRule } from './gradientRule.js';

/** y is a block of x: dX is dOut with zeros around it. Steps other than 1 are refused. */
export const slice: GradientRule = ({ g, node, shape, dOut, add }) => {
  const x = shape(0);
  if (node.inputs.length > 4 && g.intsOf(node.inputs[4]).some((step) => step !== 1)) {
    throw new TypeError('Slice: its gradient is known for steps of 1');
  }
  const [starts, axes] = [g.intsOf(node.inputs[1]), g.intsOf(node.inputs[3])];
  const pads = new Array<number>(2 * x.length).fill(0);
  for (const [i, raw] of axes.entries()) {
    const axis = normalAxis(raw, x.length);
    const size = Number(x[axis]);
    const before = starts[i] < 0 ? starts[i] + size : starts[i];
    pads[axis] = before;
    pads[axis + x.length] = size - before - Number(g.shape(node.outputs[0])[axis]);
  }
  add(0, g.op('Pad', [dOut(), g.ints(pads)]));
};
