import type { GraphNode } from './graphNode.js';

/** The widths a Split without sizes gives: equal ones, the last being what is left over. */
export function splitSizes({ attributes, outputs }: GraphNode, size: number): number[] {
  const count = Number(attributes.num_outputs ?? outputs.length);
  const width = Math.ceil(size / count);
  return Array.from({ length: count }, (_, i) => Math.max(0, Math.min(width, size - i * width)));
}
