import type { GraphBuilder } from './graphBuilder.js';
import { reshapeTo } from './reshapeTo.js';
import { type Shape, sameShape } from './shape.js';

/** Sums `value` over every axis along which `shape` was broadcast to it. */
export function sumToShape(g: GraphBuilder, value: string, shape: Shape): string {
  const from = g.shape(value);
  if (sameShape(from, shape)) return value;
  const lead = from.length - shape.length;
  const axes = from.flatMap((dim, i) => (i < lead || (shape[i - lead] === 1 && dim !== 1) ? [i] : []));
  const summed = axes.length > 0 ? g.op('ReduceSum', [value, g.ints(axes)], { keepdims: 1 }) : value;
  return lead > 0 ? reshapeTo(g, summed, shape) : summed;
}
