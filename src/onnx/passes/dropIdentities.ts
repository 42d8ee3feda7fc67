import type { GraphBuilder } from '../graphBuilder.js';

/** Lets every node read what an Identity reads instead of its copy. Appends to `g`; returns the new name of each root. */
export function dropIdentities(g: GraphBuilder, roots: readonly string[]): Map<string, string> {
  const renamed = new Map<string, string>();
  const current = (name: string): string => renamed.get(name) ?? name;
  for (const node of [...g.nodes]) {
    if (node.opType === 'Identity') {
      renamed.set(node.outputs[0], current(node.inputs[0]));
    } else if (node.inputs.some((input) => renamed.has(input))) {
      const outputs = g.ops(node.outputs.length, node.opType, node.inputs.map(current), node.attributes, node.name);
      for (const [i, output] of node.outputs.entries()) renamed.set(output, outputs[i]);
    }
  }
  return new Map(roots.map((root) => [root, current(root)]));
}
