import type { GraphBuilder } from '../graphBuilder.js';
import type { GraphNode } from '../graphNode.js';
import { normalAxis, sameShape } from '../shape.js';
import { liveNodes } from './liveNodes.js';
import { Renaming } from './renaming.js';

/**
 * Rewrites what slopes of tanh and σ are multiplied with, where `forward` made the product with the value itself:
 *
 *     a ⊙ (1 − t ⊙ t) = a − (a ⊙ t) ⊙ t          [a₁, a₂] ⊙ (s ⊙ (1 − s)) = [a₁ ⊙ s₁, a₂ ⊙ s₂] ⊙ (1 − s),  [s₁, s₂] = s
 *
 * Not bit for bit the same. Appends to `g`; returns the new name of each root.
 */
export function reuseProducts(
  g: GraphBuilder,
  roots: readonly string[],
  forward: readonly GraphNode[],
): Map<string, string> {
  const { nodes } = liveNodes(g.nodes, roots);
  const producers = new Map([...forward, ...nodes].map((node) => [node.outputs[0], node] as const));
  const key = (a: string, b: string): string => [a, b].sort().join('·');
  const isMul = ({ opType }: GraphNode): boolean => opType === 'Mul';
  const made = new Map(forward.filter(isMul).map(({ inputs: [a, b], outputs }) => [key(a, b), outputs[0]]));
  const cuts = new Map(forward.flatMap((node) => (node.opType === 'Split' ? [[node.inputs[0], node] as const] : [])));
  const one = g.scalar(1);

  const factors = (name: string): readonly string[] => {
    const node = producers.get(name);
    return node && isMul(node) ? node.inputs : [];
  };
  const complement = (name: string): string | undefined => {
    const node = producers.get(name);
    return node?.opType === 'Sub' && node.inputs[0] === one ? node.inputs[1] : undefined;
  };
  const withTanh = (a: string, slope: string): string | undefined => {
    const [t, again] = factors(complement(slope) ?? '');
    const product = t === again ? made.get(key(a, t)) : undefined;
    return product && g.op('Sub', [a, g.op('Mul', [product, t])]);
  };
  const withSigmoid = (a: string, slope: string): string | undefined => {
    const [left, right] = factors(slope);
    const s = complement(right) === left ? left : complement(left) === right ? right : undefined;
    const [beside, cut] = [producers.get(a), cuts.get(s ?? '')];
    if (s === undefined || beside?.opType !== 'Concat' || cut?.outputs.length !== beside.inputs.length)
      return undefined;
    const axis = normalAxis(Number(beside.attributes.axis), g.shape(a).length);
    if (normalAxis(Number(cut.attributes.axis ?? 0), g.shape(s).length) !== axis) return undefined;
    const products = beside.inputs.flatMap((part, i) => {
      const product = made.get(key(part, cut.outputs[i]));
      return product !== undefined && sameShape(g.shape(product), g.shape(part)) ? [product] : [];
    });
    if (products.length < cut.outputs.length) return undefined;
    return g.op('Mul', [g.op('Concat', products, { axis }), g.op('Sub', [one, s])]);
  };

  const renamed = new Renaming(g);
  for (const node of nodes) {
    const [a, b] = node.inputs;
    const fits = isMul(node) && sameShape(g.shape(a), g.shape(b));
    const better = fits ? (withTanh(a, b) ?? withTanh(b, a) ?? withSigmoid(a, b) ?? withSigmoid(b, a)) : undefined;
    if (better !== undefined) renamed.set(node.outputs[0], better);
    else renamed.follow(node);
  }
  return renamed.of(roots);
}
