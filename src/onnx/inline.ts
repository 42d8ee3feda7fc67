import type { Graph } from './graph.js';
import type { GraphBuilder } from './graphBuilder.js';
import type { GraphNode } from './graphNode.js';

/**
 * Copies the nodes of `graph` into `g`, where its inputs and weights are the values that `given` says. Returns the value in `g`
 * of each value of `graph`. What depends on shapes alone becomes constants, and what `g` holds already is not built again.
 *
 * @throws {RangeError} when an input or weight that a node reads is not given.
 */
export function inline(
  g: GraphBuilder,
  graph: Graph,
  given: Readonly<Record<string, string>>,
  nodes: readonly GraphNode[] = graph.nodes,
): Map<string, string> {
  const values = new Map(Object.entries(given));
  for (const [name, constant] of graph.constants) if (!values.has(name)) values.set(name, g.literal(constant));
  for (const node of nodes) inlineNode(g, node, values);
  return values;
}

/** Copies one node, and adds its outputs to `values`, where its inputs must be. */
export function inlineNode(g: GraphBuilder, node: GraphNode, values: Map<string, string>): void {
  const inputs = node.inputs.map((name) => {
    const value = name === '' ? '' : values.get(name);
    if (value === undefined) throw new RangeError(`inline: ${name} is not given`);
    return value;
  });
  const copies = g.ops(node.outputs.length, node.opType, inputs, node.attributes, node.name);
  for (const [i, output] of node.outputs.entries()) if (output !== '') values.set(output, copies[i]);
}
