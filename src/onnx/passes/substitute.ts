import type { GraphBuilder } from '../graphBuilder.js';
import { liveNodes } from './liveNodes.js';

/** Puts other values in the place of some. Appends to `g`; returns the new name of each root. */
export function substitute(
  g: GraphBuilder,
  roots: readonly string[],
  replacements: ReadonlyMap<string, string>,
): Map<string, string> {
  const renamed = new Map(replacements);
  const current = (name: string): string => renamed.get(name) ?? name;
  for (const node of liveNodes(g.nodes, roots).nodes) {
    if (renamed.has(node.outputs[0]) || !node.inputs.some((input) => renamed.has(input))) continue;
    const outputs = g.ops(node.outputs.length, node.opType, node.inputs.map(current), node.attributes, node.name);
    for (const [i, output] of node.outputs.entries()) renamed.set(output, outputs[i]);
  }
  return new Map(roots.map((root) => [root, current(root)]));
}
