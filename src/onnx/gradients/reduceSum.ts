import { expandTo } from '../expandTo.js';
import { reducedAxes } from '../reducedAxes.js';
import { reshapeTo } from '../reshapeTo.js';
import { fixed } from '../shape.js';
import type { GradientContext, GradientRule } from './gradientRule.js';

/** y = Σx over some axes: each element of x takes the dOut of its sum. */
export const reduceSum: GradientRule = (context) => context.add(0, spread(context, axesOf(context)));

/** y = mean of x over some axes: each element of x takes its share of the dOut of its mean. */
export const reduceMean: GradientRule = (context) => {
  const { g, shape } = context;
  const axes = axesOf(context);
  const count = axes.reduce((product, axis) => product * fixed(shape(0)[axis]), 1);
  context.add(0, g.op('Mul', [spread(context, axes), g.scalar(1 / count)]));
};

function axesOf({ g, node, shape }: GradientContext): readonly number[] {
  const given = (node.inputs[1] ?? '') !== '' ? g.intsOf(node.inputs[1]) : undefined;
  return reducedAxes(node, shape(0).length, given);
}

/** dOut, once for each element that was reduced. */
function spread({ g, node, shape, dOut }: GradientContext, axes: readonly number[]): string {
  const x = shape(0);
  const kept = x.map((dim, i) => (axes.includes(i) ? 1 : dim));
  return expandTo(g, reshapeTo(g, dOut(), kept), x, node.inputs[0]);
}
