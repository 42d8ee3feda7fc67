import type { GraphNode } from '../graphNode.js';

/** Which node makes each value. */
export const producersOf = (nodes: readonly GraphNode[]): ReadonlyMap<string, GraphNode> =>
  new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
