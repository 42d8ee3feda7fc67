import type { GraphNode } from './graphNode.js';
import { normalAxis } from './shape.js';

/** The axes a reduction takes away, counted from the front: `given` as its second input, or its attribute, or all of them. */
export function reducedAxes(node: GraphNode, rank: number, given?: readonly number[]): readonly number[] {
  const axes = given ?? ((node.attributes.axes ?? []) as readonly number[]);
  if (axes.length > 0) return axes.map((axis) => normalAxis(axis, rank));
  return node.attributes.noop_with_empty_axes ? [] : Array.from({ length: rank }, (_, i) => i);
}
