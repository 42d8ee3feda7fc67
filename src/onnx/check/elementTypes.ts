import type { GraphProto } from '../modelProto.js';
import { checkTypes } from './checkTypes.js';
import { operatorForms } from './operatorForms.js';

/** The element types of the values that are there before the first node: initializers and inputs. */
export function givenTypes({ initializer, input }: GraphProto): Map<string, number> {
  const types = new Map(initializer.map(({ name = '', dataType }) => [name, dataType]));
  for (const { name, type } of input) types.set(name, type?.tensorType?.elemType ?? 0);
  return types;
}

/** The element type of every value of a graph whose nodes are in order; 0 where it does not follow. */
export function elementTypes(graph: GraphProto): ReadonlyMap<string, number> {
  const types = givenTypes(graph);
  for (const node of graph.node) if (operatorForms[node.opType]) checkTypes(node, operatorForms[node.opType], types);
  return types;
}
