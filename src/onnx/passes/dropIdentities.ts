import type { GraphBuilder } from '../graphBuilder.js';
import { Renaming } from './renaming.js';

/** Lets every node read what an Identity reads instead of its copy. Appends to `g`; returns the new name of each root. */
export function dropIdentities(g: GraphBuilder, roots: readonly string[]): Map<string, string> {
  const renamed = new Renaming(g);
  const { current } = renamed;
  for (const node of [...g.nodes]) {
    if (node.opType === 'Identity') renamed.set(node.outputs[0], current(node.inputs[0]));
    else renamed.follow(node);
  }
  return renamed.of(roots);
}
