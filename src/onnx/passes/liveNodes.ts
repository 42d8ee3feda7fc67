import type { GraphNode } from '../graphNode.js';

/** The nodes that `roots` hang on, in order, and how often each value is read: by one of them, or as a root. */
export function liveNodes(
  nodes: readonly GraphNode[],
  roots: readonly string[],
): { nodes: GraphNode[]; uses: ReadonlyMap<string, number> } {
  const uses = new Map<string, number>();
  const use = (value: string): void => void uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const root of new Set(roots)) use(root);
  const live: GraphNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((output) => uses.has(output))) continue;
    live.push(node);
    for (const input of node.inputs) use(input);
  }
  return { nodes: live.reverse(), uses };
}
