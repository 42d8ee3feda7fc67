import type { GraphBuilder } from '../graphBuilder.js';
import { sameShape } from '../shape.js';

/** A value as base ⊙ factor; without a factor it is the base. */
interface Product {
  readonly base: string;
  readonly factor?: string;
}

/**
 * Rewrites what hangs linearly on `carried` so that chains of products with other values become one product each:
 *
 *     (d ⊙ a) ⊙ b = d ⊙ (a ⊙ b)      d ⊙ a + d ⊙ b = d ⊙ (a + b)      [d ⊙ a; e ⊙ b] = [d; e] ⊙ [a; b]
 *
 * The factors do not hang on `carried`, and so need not be formed in the loop. Appends to `g`; returns the new name of each root.
 */
export function gatherFactors(
  g: GraphBuilder,
  roots: readonly string[],
  carried: readonly string[],
): Map<string, string> {
  const products = new Map<string, Product>(carried.map((value) => [value, { base: value }]));
  const formed = (name: string): string => {
    const product = products.get(name);
    if (!product) return name;
    return product.factor === undefined ? product.base : g.op('Mul', [product.base, product.factor]);
  };
  const negated = new Map<string, string>(); // −a: a
  const times = (a: string | undefined, b: string): string => (a === undefined ? b : g.op('Mul', [a, b]));

  for (const node of [...g.nodes]) {
    const own = node.inputs.map((input) => products.get(input));
    if (!own.some(Boolean)) continue;
    const [first, second] = own;
    const [a, b] = node.inputs;
    const shape = g.shape(node.outputs[0]);
    const put = (product: Product): void => void products.set(node.outputs[0], product);
    const scaled = (product: Product, factor: string): boolean => {
      if (!sameShape(g.shape(product.base), shape)) return false;
      put({ base: product.base, factor: times(product.factor, factor) });
      return true;
    };
    if (node.opType === 'Mul' && first && !second && scaled(first, b)) continue;
    if (node.opType === 'Mul' && second && !first && scaled(second, a)) continue;
    if (node.opType === 'Neg' && scaled(first!, g.scalar(-1))) {
      if (first!.factor !== undefined) negated.set(products.get(node.outputs[0])!.factor!, first!.factor);
      continue;
    }
    if (node.opType === 'Div' && first && !second && scaled(first, g.op('Div', [g.scalar(1), b]))) continue;
    if (node.opType === 'Identity') {
      put(first!);
      continue;
    }
    if (['Add', 'Sub'].includes(node.opType) && first && second && first.base === second.base) {
      const [plus, other] = [first, second].map(({ factor }) => factor ?? g.scalar(1));
      const minus = node.opType === 'Add' ? negated.get(other) : undefined;
      put({ base: first.base, factor: g.op(minus ? 'Sub' : node.opType, [plus, minus ?? other]) });
      continue;
    }
    if (node.opType === 'Where' && !first && second !== own[2]) {
      const [kept, other] = second ? [second, node.inputs[2]] : [own[2]!, b];
      const [one, zero] = [g.scalar(1), g.scalar(0)];
      const mask = g.op('Where', second ? [a, one, zero] : [a, zero, one]);
      if (other === zero && scaled(kept, mask)) continue;
    }
    if (node.opType === 'Concat' && own.every(Boolean) && own.some((product) => product!.factor !== undefined)) {
      const axis = Number(node.attributes.axis);
      const factors = (own as Product[]).map(({ base, factor }) => spread(g, factor, base));
      put({
        base: joined(
          g,
          (own as Product[]).map(({ base }) => base),
          axis,
        ),
        factor: joined(g, factors, axis),
      });
      continue;
    }
    const outputs = g.ops(node.outputs.length, node.opType, node.inputs.map(formed), node.attributes, node.name);
    for (const [i, output] of node.outputs.entries()) products.set(output, { base: outputs[i] });
  }
  return new Map(roots.map((root) => [root, formed(root)]));
}

/** A factor in the full shape of its base. */
function spread(g: GraphBuilder, factor: string | undefined, base: string): string {
  if (factor !== undefined && sameShape(g.shape(factor), g.shape(base))) return factor;
  return g.op('Expand', [factor ?? g.scalar(1), g.ints(g.shape(base) as number[])]);
}

/** One Concat, where parts may be such themselves. */
function joined(g: GraphBuilder, parts: readonly string[], axis: number): string {
  const flat = parts.flatMap((part) => {
    const node = g.nodes.find(({ outputs }) => outputs[0] === part);
    return node?.opType === 'Concat' && Number(node.attributes.axis) === axis ? node.inputs : [part];
  });
  return g.op('Concat', flat, { axis });
}
