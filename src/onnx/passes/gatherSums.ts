import type { GraphBuilder } from '../graphBuilder.js';
import type { GraphNode } from '../graphNode.js';
import { sameShape } from '../shape.js';
import { hangingOn } from './hangingOn.js';
import { liveNodes } from './liveNodes.js';
import { producersOf } from './producersOf.js';
import { Renaming } from './renaming.js';

/**
 * Rewrites sums of a matrix product and other things as one Gemm: A·B + c. What does not hang on `carried` is summed first, outside
 * any loop. Appends to `g`; returns the new name of each root.
 */
export function gatherSums(g: GraphBuilder, roots: readonly string[], carried: readonly string[]): Map<string, string> {
  const { nodes, uses } = liveNodes(g.nodes, roots);
  const producers = producersOf(nodes);
  const inLoop = hangingOn(carried, nodes);
  const renamed = new Renaming(g);
  const { current } = renamed;

  const absorbed = (value: string, opType: string, like: string): GraphNode | undefined => {
    const node = producers.get(value);
    const fits = node?.opType === opType && uses.get(value) === 1 && sameShape(g.shape(value), g.shape(like));
    return fits ? node : undefined;
  };
  const terms = (value: string, top: string): string[] => {
    const node = value === top ? producers.get(top) : absorbed(value, 'Add', top);
    return node ? node.inputs.flatMap((input) => terms(input, top)) : [value];
  };
  const sum = (top: string): string => {
    const all = terms(top, top);
    const isMatrix = g.shape(top).length === 2;
    const products = isMatrix ? all.flatMap((term) => absorbed(term, 'MatMul', top) ?? []) : [];
    const rest = all.filter((term) => !products.some(({ outputs }) => outputs[0] === term));
    const sorted = [...rest.filter((term) => !inLoop.has(term)), ...rest.filter((term) => inLoop.has(term))];
    let total = sorted.length > 0 ? sorted.map(current).reduce((a, b) => g.op('Add', [a, b])) : undefined;
    for (const { inputs } of products) {
      const [a, b] = inputs.map(current);
      total = total === undefined ? g.op('MatMul', [a, b]) : g.op('Gemm', [a, b, total]);
    }
    return total!;
  };

  for (const node of nodes) {
    if (node.opType === 'Add') renamed.set(node.outputs[0], sum(node.outputs[0]));
    else renamed.follow(node);
  }
  return renamed.of(roots);
}
