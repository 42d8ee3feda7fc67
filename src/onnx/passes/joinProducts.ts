import { expandTo } from '../expandTo.js';
import type { GraphBuilder } from '../graphBuilder.js';
import type { GraphNode } from '../graphNode.js';
import { fixed } from '../shape.js';
import { type Affine, affine } from './affine.js';
import { liveNodes } from './liveNodes.js';
import { producersOf } from './producersOf.js';
import { Renaming } from './renaming.js';

/**
 * Rewrites the sum of two matrix products and a row as one product, and so the gradients of its three factors as one:
 *
 *     h·R + (x·W + b) = [x, 1, h]·[W; b; R]
 *
 * What is added may be several such side by side, or rows alone, and of `fed` values x·W + b becomes [x, 1]·[W; b]. Not bit for bit
 * the same: the terms are added up in another order. Appends to `g`; returns the new name of each root.
 */
export function joinProducts(g: GraphBuilder, roots: readonly string[], fed: readonly string[]): Map<string, string> {
  const { nodes, uses } = liveNodes(g.nodes, roots);
  const producers = producersOf(nodes);
  const renamed = new Renaming(g);
  const { current } = renamed;

  /** What makes `value`, which nothing else reads: x·W + b, or parts side by side of which some have no x. */
  const addend = (value: string): Affine | undefined => {
    const node = uses.get(value) === 1 ? producers.get(value) : undefined;
    if (node?.opType !== 'Concat' || node.attributes.axis !== 1) return affine(node, g);
    return beside(
      g,
      node.inputs.map((input) => producers.get(input)),
    );
  };
  const joined = (node: GraphNode): string | undefined => {
    const own = affine(node, g);
    if (own) return fed.includes(own.x) ? product(own) : undefined;
    const plain = node.opType === 'Gemm' && node.inputs.length === 3 && Object.keys(node.attributes).length === 0;
    const sum = plain ? addend(node.inputs[2]) : undefined;
    return sum && product(sum, node.inputs.map(current));
  };
  const product = ({ x, W, b }: Affine, [h, R]: readonly string[] = []): string => {
    const ones = expandTo(g, g.scalar(1), [g.shape(x)[0], 1], x);
    const row = g.op('Unsqueeze', [b, g.ints([0])]);
    const rows = g.op('Concat', [current(x), ones, ...(h === undefined ? [] : [h])], { axis: 1 });
    return g.op('Gemm', [rows, g.op('Concat', [W, row, ...(R === undefined ? [] : [R])], { axis: 0 })]);
  };

  for (const node of nodes) {
    const made = joined(node);
    if (made !== undefined) renamed.set(node.outputs[0], made);
    else renamed.follow(node);
  }
  return renamed.of(roots);
}

/** Products of one x, and rows that are the same for all, side by side. */
function beside(g: GraphBuilder, nodes: readonly (GraphNode | undefined)[]): Affine | undefined {
  const parts = nodes.map((node) => affine(node, g) ?? repeated(node, g));
  const x = parts.find((part) => part?.x !== undefined)?.x;
  if (x === undefined) return undefined;
  const [factors, rows]: string[][] = [[], []];
  for (const part of parts) {
    if (!part || (part.x ?? x) !== x) return undefined;
    factors.push(part.W ?? g.op('Expand', [g.scalar(0), g.ints([g.shape(x)[1], g.shape(part.b)[0]].map(fixed))]));
    rows.push(part.b);
  }
  return { x, W: g.op('Concat', factors, { axis: 1 }), b: g.op('Concat', rows, { axis: 0 }) };
}

function repeated(node: GraphNode | undefined, g: GraphBuilder): (Pick<Affine, 'b'> & Partial<Affine>) | undefined {
  return node?.opType === 'Expand' && g.shape(node.inputs[0]).length === 1 ? { b: node.inputs[0] } : undefined;
}
