import type { GraphBuilder } from '../graphBuilder.js';
import { liveNodes } from './liveNodes.js';
import { Renaming } from './renaming.js';

/** Puts other values in the place of some. Appends to `g`; returns the new name of each root. */
export function substitute(
  g: GraphBuilder,
  roots: readonly string[],
  replacements: ReadonlyMap<string, string>,
): Map<string, string> {
  const renamed = new Renaming(g, replacements);
  for (const node of liveNodes(g.nodes, roots).nodes) renamed.follow(node);
  return renamed.of(roots);
}
