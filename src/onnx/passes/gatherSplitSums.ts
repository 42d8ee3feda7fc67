import { expandTo } from '../expandTo.js';
import type { GraphBuilder } from '../graphBuilder.js';
import type { GraphNode } from '../graphNode.js';
import { normalAxis, sameShape } from '../shape.js';
import { hangingOn } from './hangingOn.js';
import { liveNodes } from './liveNodes.js';
import { producersOf } from './producersOf.js';
import { Renaming } from './renaming.js';

/**
 * Rewrites sums with the parts of a matrix product as one Gemm, where what is added does not hang on `carried`:
 *
 *     [p₁, p₂] = A·B      p₁ + c₁, p₂ + c₂      →      the parts of A·B + [c₁, c₂]
 *
 * Those are then put side by side outside any loop. Appends to `g`; returns the new name of each root.
 */
export function gatherSplitSums(
  g: GraphBuilder,
  roots: readonly string[],
  carried: readonly string[],
): Map<string, string> {
  const { nodes, uses } = liveNodes(g.nodes, roots);
  const producers = producersOf(nodes);
  const readers = new Map(nodes.flatMap((node) => node.inputs.map((input) => [input, node] as const)));
  const inLoop = hangingOn(carried, nodes);
  const renamed = new Renaming(g);
  const { current } = renamed;

  const sumOf = (part: string): { sum: string; addend: string } | undefined => {
    const reader = readers.get(part);
    if (uses.get(part) !== 1 || reader?.opType !== 'Add') return undefined;
    const [sum] = reader.outputs;
    const addend = reader.inputs.find((input) => input !== part)!;
    return !inLoop.has(addend) && sameShape(g.shape(sum), g.shape(part)) ? { sum, addend } : undefined;
  };
  const gather = ({ opType, inputs, outputs, attributes }: GraphNode): boolean => {
    const product = opType === 'Split' ? producers.get(inputs[0]) : undefined;
    if (product?.opType !== 'MatMul' || !inLoop.has(inputs[0]) || uses.get(inputs[0]) !== 1) return false;
    if (g.shape(inputs[0]).length !== 2 || normalAxis(Number(attributes.axis ?? 0), 2) !== 1) return false;
    const sums = outputs.flatMap((part) => sumOf(part) ?? []);
    if (sums.length < outputs.length) return false;
    const addends = sums.map(({ addend }, i) => expandTo(g, addend, g.shape(outputs[i]), inputs[0]));
    const total = g.op('Gemm', [...product.inputs.map(current), g.op('Concat', addends, { axis: 1 })]);
    const parts = g.ops(outputs.length, 'Split', [total, ...inputs.slice(1)], attributes);
    renamed.setAll(
      sums.map(({ sum }) => sum),
      parts,
    );
    return true;
  };

  for (const node of nodes) if (!gather(node)) renamed.follow(node);
  return renamed.of(roots);
}
