import { sizeOf } from '../shape.js';
import type { GradientContext, GradientRule } from './gradientRule.js';

/** y = Σx over some axes: each element of x takes the dOut of its sum. */
export const reduceSum: GradientRule = (context) => context.add(0, spread(context));

/** y = mean of x over some axes: each element of x takes its share of the dOut of its mean. */
export const reduceMean: GradientRule = (context) => {
  const { g, node, shape } = context;
  const share = sizeOf(g.shape(node.outputs[0])) / sizeOf(shape(0));
  context.add(0, g.op('Mul', [spread(context), g.scalar(share)]));
};

/** dOut, once for each element that was reduced. */
function spread({ g, node, shape, dOut }: GradientContext): string {
  const x = shape(0);
  const raw = node.inputs.length > 1 ? g.intsOf(node.inputs[1]) : ((node.attributes.axes ?? []) as readonly number[]);
  const axes = raw.map((axis) => (axis + x.length) % x.length);
  const kept = x.map((dim, i) => (axes.length === 0 || axes.includes(i) ? 1 : Number(dim)));
  return g.op('Expand', [g.op('Reshape', [dOut(), g.ints(kept)]), g.ints(x as number[])]);
}
