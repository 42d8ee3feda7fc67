import type { GraphBuilder } from './graphBuilder.js';
import { type Shape, sameShape } from './shape.js';

/** `value` in another shape of as many elements, one axis of which may be known by name only. */
export function reshapeTo(g: GraphBuilder, value: string, shape: Shape): string {
  if (sameShape(g.shape(value), shape)) return value;
  return g.op('Reshape', [value, g.ints(shape.map((dim) => (typeof dim === 'string' ? -1 : dim)))]);
}
