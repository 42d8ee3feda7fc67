import type { Graph } from '../onnx/graph.js';
import type { GraphNode } from '../onnx/graphNode.js';
import type { Shape } from '../onnx/shape.js';

/** Multiply–adds of one step of one series: those of matrix products, of which nearly all of a step's time is made. */
export function stepCost({ nodes, shapes }: Graph): number {
  const shapeOf = (name: string): Shape => shapes.get(name) ?? [];
  return nodes.reduce((sum, node) => sum + nodeCost(node, shapeOf), 0);
}

function nodeCost({ opType, inputs, outputs, attributes }: GraphNode, shapeOf: (name: string) => Shape): number {
  const [x, second, third] = inputs.map(shapeOf);
  switch (opType) {
    case 'MatMul':
      return elements(shapeOf(outputs[0])) * elements(x.slice(-1));
    case 'Gemm':
      return elements(shapeOf(outputs[0])) * elements([x[attributes.transA ? 0 : 1]]);
    case 'RNN':
    case 'GRU':
    case 'LSTM':
      return elements(x.slice(0, 1)) * (elements(second) + elements(third)); // steps · (W and R)
    default:
      return 0;
  }
}

/** For a batch of one: every axis of unknown size is one. */
const elements = (shape: Shape): number =>
  shape.reduce<number>((product, dim) => product * (typeof dim === 'number' ? dim : 1), 1);
