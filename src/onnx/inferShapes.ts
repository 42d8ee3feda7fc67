import type { GraphNode } from './graphNode.js';
import { type Dim, fixed, type Shape } from './shape.js';
import { shapeRules } from './shapeRules.js';

/** The shape of a value. */
export type ShapeOf = (name: string) => Shape;
/** What an integer value holds: numbers, and names of axes that are known only when the graph runs. @throws where it is not known. */
export type DimsOf = (name: string) => readonly Dim[];

/** The shapes of a node's outputs. Axes, sizes and target shapes must be known. @throws {TypeError} for an operator it has no rule for. */
export function inferShapes(node: GraphNode, shapeOf: ShapeOf, dimsOf: DimsOf): readonly Shape[] {
  const rule = shapeRules[node.opType];
  if (!rule) throw new TypeError(`inferShapes: no rule for ${node.opType}`);
  const given = node.inputs.map((name) => (name === '' ? undefined : shapeOf(name))) as Shape[];
  const has = (input: number): boolean => (node.inputs[input] ?? '') !== '';
  return rule({
    node,
    shapes: given,
    has,
    dims: (input) => dimsOf(node.inputs[input]),
    ints: (input) => dimsOf(node.inputs[input]).map(fixed),
  });
}
