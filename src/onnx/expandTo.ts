import type { GraphBuilder } from './graphBuilder.js';
import { type Shape, sameShape } from './shape.js';

/** `value` broadcast to `shape`; `like` has the axes of `shape` that are known by name only. */
export function expandTo(g: GraphBuilder, value: string, shape: Shape, like: string): string {
  const from = g.shape(value);
  if (sameShape(from, shape)) return value;
  // Expand broadcasts both ways: an axis that is open already can stay 1 in the target.
  const lead = shape.length - from.length;
  const target = shape.map((dim, axis) => (typeof dim === 'string' && from[axis - lead] === dim ? 1 : dim));
  if (target.every((dim) => typeof dim === 'number')) return g.op('Expand', [value, g.ints(target)]);
  const parts = target.map((dim) => {
    if (typeof dim === 'number') return g.ints([dim]);
    const axis = g.shape(like).indexOf(dim);
    if (axis < 0) throw new RangeError(`expandTo: ${like} has no axis ${dim}`);
    return g.op('Shape', [like], { start: axis, end: axis + 1 });
  });
  return g.op('Expand', [value, g.op('Concat', parts, { axis: 0 })]);
}
