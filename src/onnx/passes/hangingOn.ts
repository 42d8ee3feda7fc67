import type { GraphNode } from '../graphNode.js';

/** `values`, and all that the nodes make of them. */
export function hangingOn(values: readonly string[], nodes: readonly GraphNode[]): ReadonlySet<string> {
  const hanging = new Set(values);
  for (const { inputs, outputs } of nodes)
    if (inputs.some((input) => hanging.has(input))) for (const output of outputs) hanging.add(output);
  return hanging;
}
