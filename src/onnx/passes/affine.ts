import type { GraphBuilder } from '../graphBuilder.js';
import type { GraphNode } from '../graphNode.js';

/** x·W + b, b being one row for all rows of x. */
export interface Affine {
  readonly x: string;
  readonly W: string;
  readonly b: string; // [columns]
}

/** What a node computes if it is that. */
export function affine(node: GraphNode | undefined, g: GraphBuilder): Affine | undefined {
  if (node?.opType !== 'Gemm' || Object.keys(node.attributes).length > 0) return undefined;
  const [x, W, b] = node.inputs;
  return b !== undefined && g.shape(b).length === 1 && g.shape(b)[0] === g.shape(W)[1] ? { x, W, b } : undefined;
}
