import type { GraphBuilder } from '../graphBuilder.js';
import { reshapeTo } from '../reshapeTo.js';
import { fixed } from '../shape.js';
import { type SliceRange, sliceRanges } from '../sliceRanges.js';
import type { GradientRule } from './gradientRule.js';

/** y is a block of x, or every n-th of it: dX is dOut with zeros around and between. */
export const slice: GradientRule = ({ g, node, shape, dOut, add }) => {
  const x = shape(0);
  const has = (input: number): boolean => (node.inputs[input] ?? '') !== '';
  const ranges = sliceRanges(node, x, has, (input) => g.intsOf(node.inputs[input]));
  const pads = new Array<number>(2 * x.length).fill(0);
  let gradient = dOut();
  for (const range of ranges) {
    if (typeof range.size === 'string') continue;
    const { axis } = range;
    const first = Math.min(range.start, range.start + (range.size - 1) * range.step);
    gradient = spaced(g, gradient, range);
    pads[axis] = first;
    pads[axis + x.length] = fixed(x[axis]) - first - fixed(g.shape(gradient)[axis]);
  }
  add(0, pads.some((pad) => pad > 0) ? g.op('Pad', [gradient, g.ints(pads)]) : gradient);
};

/** Forwards again where it was backwards, with step − 1 zeros between the elements. */
function spaced(g: GraphBuilder, value: string, { axis, step, size }: SliceRange): string {
  const gap = Math.abs(step);
  const [from, toEnd] = [g.ints([-1]), g.ints([-(2 ** 31)])];
  const forwards = step < 0 ? g.op('Slice', [value, from, toEnd, g.ints([axis]), g.ints([-1])]) : value;
  if (gap === 1 || fixed(size) < 2) return forwards;
  const shape = g.shape(forwards);
  const pads = new Array<number>(2 * (shape.length + 1)).fill(0);
  pads[shape.length + 1 + axis + 1] = gap - 1;
  const padded = g.op('Pad', [g.op('Unsqueeze', [forwards, g.ints([axis + 1])]), g.ints(pads)]);
  const flat = reshapeTo(g, padded, shape.with(axis, fixed(size) * gap));
  const wanted = (fixed(size) - 1) * gap + 1;
  return g.op('Slice', [flat, g.ints([0]), g.ints([wanted]), g.ints([axis])]);
}
