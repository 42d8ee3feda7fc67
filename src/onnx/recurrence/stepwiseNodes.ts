import type { GraphBuilder } from '../graphBuilder.js';
import type { GraphNode } from '../graphNode.js';
import { sizeOf } from '../shape.js';
import { batchMark } from './batchAxis.js';

/** A float32 tensor of all steps that is larger than this goes to memory and back in every node. */
const cachedSize = 2 ** 20;
/** One of a single step that is smaller than this costs less than the node that makes it. */
const stepSize = 2 ** 13;
/** Among larger ones, the size from which it is worth a node at each step. */
const nodeSize = 2 ** 10;

/** Whether to make what only loops read step by step, while it is in the cache: by the number of floats of the largest value at one step. */
export const outgrowsCache = (steps: number, perStep: number): boolean =>
  perStep >= stepSize && steps * perStep > cachedSize;

export const isWorthNodes = (perStep: number): boolean => perStep >= nodeSize;

/** The floats of the largest value that `nodes` of the recipe `g` make at one step. */
export const largestStep = (nodes: readonly GraphNode[], g: GraphBuilder, batch: number): number =>
  (Math.max(...nodes.flatMap(({ outputs }) => outputs.map((output) => sizeOf(g.shape(output))))) / batchMark) * batch;

/** Of the nodes of `live` that `may` be made step by step those that are read by nodes of `looping` alone, directly or through one another. */
export function stepwiseNodes(
  live: readonly GraphNode[],
  before: (node: GraphNode) => Iterable<GraphNode>,
  looping: ReadonlySet<GraphNode>,
  may: (node: GraphNode) => boolean,
): Set<GraphNode> {
  const found = new Set<GraphNode>();
  const readers = new Map<GraphNode, GraphNode[]>();
  for (const node of live)
    for (const source of before(node)) readers.set(source, [...(readers.get(source) ?? []), node]);
  const inStep = (reader: GraphNode): boolean => looping.has(reader) || found.has(reader);
  for (const node of [...live].reverse())
    if (!looping.has(node) && may(node) && readers.get(node)?.every(inStep)) found.add(node);
  return found;
}
