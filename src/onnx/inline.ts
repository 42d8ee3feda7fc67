import type { Graph } from './graph.js';
import type { GraphBuilder } from './graphBuilder.js';
import type { GraphNode } from './graphNode.js';
import { lowerNode } from './lower/lowerNode.js';

/**
 * Copies the nodes of `graph` into `g`, where its inputs and weights are the values that `given` says. Returns the value in `g`
 * of each value of `graph`. What depends on shapes alone becomes constants, what `g` holds already is not built again, and with
 * `lower` GRU, LSTM, RNN and BatchNormalization in training mode become operators that have gradient rules.
 *
 * @throws {RangeError} when an input or weight that a node reads is not given.
 */
export function inline(
  g: GraphBuilder,
  graph: Graph,
  given: Readonly<Record<string, string>>,
  { lower = false } = {},
): Map<string, string> {
  const values = new Map([...Object.entries(given), ['', '']]);
  for (const [name, constant] of graph.constants) if (!values.has(name)) values.set(name, g.literal(constant));
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => {
      const value = values.get(name);
      if (value === undefined) throw new RangeError(`inline: ${name} is not given`);
      return value;
    });
    const outputs = lower ? lowerNode(g, node, inputs) : copied(g, node, inputs);
    for (const [i, output] of node.outputs.entries()) if (output !== '') values.set(output, outputs[i]);
  }
  return values;
}

const copied = (g: GraphBuilder, { opType, outputs, attributes, name }: GraphNode, inputs: readonly string[]) =>
  g.ops(outputs.length, opType, inputs, attributes, name);
