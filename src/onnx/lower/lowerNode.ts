import type { GraphBuilder } from '../graphBuilder.js';
import type { GraphNode } from '../graphNode.js';
import { batchNormalization } from './batchNormalization.js';
import { gru } from './gru.js';
import type { Lowering } from './lowering.js';
import { lstm } from './lstm.js';
import { rnn } from './rnn.js';

/**
 * Builds `node` in `g` from the values `inputs` ('' where one is left out) and gives the value of each of its outputs. GRU, LSTM,
 * RNN and BatchNormalization in training mode become operators that have gradient rules; other nodes are copied as they are.
 * Weights are laid out anew by nodes, so that gradients reach what the file holds.
 *
 * @throws {TypeError} for a variant that is not known, naming the node.
 */
export function lowerNode(g: GraphBuilder, node: GraphNode, inputs: readonly string[]): readonly string[] {
  const lowering = loweringOf(node);
  return lowering
    ? lowering(g, node, inputs)
    : g.ops(node.outputs.length, node.opType, inputs, node.attributes, node.name);
}

function loweringOf({ opType, attributes }: GraphNode): Lowering | undefined {
  if (opType === 'BatchNormalization') return attributes.training_mode ? batchNormalization : undefined;
  return recurrent[opType];
}

const recurrent: Readonly<Record<string, Lowering>> = { GRU: gru, LSTM: lstm, RNN: rnn };
