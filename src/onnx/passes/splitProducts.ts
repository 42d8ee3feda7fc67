import type { GraphBuilder } from '../graphBuilder.js';
import type { GraphNode } from '../graphNode.js';
import { normalAxis } from '../shape.js';
import { affine } from './affine.js';
import { liveNodes } from './liveNodes.js';
import { producersOf } from './producersOf.js';
import { Renaming } from './renaming.js';

/**
 * Rewrites the parts of a product of `fed` values, which are narrow, as products of their own, so that what is done with one part
 * is done with no other:
 *
 *     Split(x·W + b) = x·W₁ + b₁, x·W₂ + b₂, …
 *
 * Appends to `g`; returns the new name of each root.
 */
export function splitProducts(g: GraphBuilder, roots: readonly string[], fed: readonly string[]): Map<string, string> {
  const { nodes, uses } = liveNodes(g.nodes, roots);
  const producers = producersOf(nodes);
  const renamed = new Renaming(g);

  const apart = ({ opType, inputs, outputs, attributes }: GraphNode): readonly string[] | undefined => {
    const product = opType === 'Split' ? affine(producers.get(inputs[0]), g) : undefined;
    if (!product || !fed.includes(product.x) || uses.get(inputs[0]) !== 1) return undefined;
    if (normalAxis(Number(attributes.axis ?? 0), 2) !== 1) return undefined;
    const cut = (value: string, axis: number): readonly string[] =>
      g.ops(outputs.length, 'Split', [value, ...inputs.slice(1)], { axis });
    const [factors, rows] = [cut(product.W, 1), cut(product.b, 0)];
    return factors.map((W, i) => g.op('Gemm', [product.x, W, rows[i]]));
  };

  for (const node of nodes) {
    const parts = apart(node);
    if (parts) renamed.setAll(node.outputs, parts);
    else renamed.follow(node);
  }
  return renamed.of(roots);
}
