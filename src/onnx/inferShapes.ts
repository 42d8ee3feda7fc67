import type { GraphNode } from './graphNode.js';
import { broadcastShapes, type Dim, normalAxis, type Shape, sizeOf } from './shape.js';

type ShapeOf = (name: string) => Shape;
type IntsOf = (name: string) => readonly number[];
type Rule = (node: GraphNode, shapes: readonly Shape[], ints: (input: number) => readonly number[]) => readonly Shape[];

/** The shapes of a node's outputs. Axes, sizes and target shapes must be constants. @throws {TypeError} for an operator it has no rule for. */
export function inferShapes(node: GraphNode, shapeOf: ShapeOf, intsOf: IntsOf): readonly Shape[] {
  const rule = rules[node.opType];
  if (!rule) throw new TypeError(`inferShapes: no rule for ${node.opType}`);
  return rule(node, node.inputs.map(shapeOf), (input) => intsOf(node.inputs[input]));
}

const same: Rule = (_node, [x]) => [x];
const broadcast: Rule = (_node, shapes) => [shapes.reduce(broadcastShapes)];

const rules: Record<string, Rule> = {
  ...Object.fromEntries(
    ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Less', 'Greater', 'Where'].map((op) => [op, broadcast]),
  ),
  ...Object.fromEntries(
    ['Abs', 'Cast', 'Exp', 'Identity', 'Neg', 'Relu', 'Sigmoid', 'Sign', 'Sqrt', 'Tanh'].map((op) => [op, same]),
  ),

  MatMul: (_node, [a, b]) => [matMulShape(a, b)],

  Gemm: ({ attributes }, [a, b]) => [[attributes.transA ? a[1] : a[0], attributes.transB ? b[0] : b[1]]],

  Concat: ({ attributes }, shapes) => {
    const axis = normalAxis(Number(attributes.axis), shapes[0].length);
    const total = shapes.reduce((sum, shape) => sum + fixed(shape[axis]), 0);
    return [shapes[0].map((dim, i) => (i === axis ? total : dim))];
  },

  Split: ({ attributes, outputs }, [x], ints) => {
    const axis = normalAxis(Number(attributes.axis ?? 0), x.length);
    return ints(1)
      .slice(0, outputs.length)
      .map((size) => x.map((dim, i) => (i === axis ? size : dim)));
  },

  Slice: (_node, [x], ints) => {
    const [starts, ends, axes] = [ints(1), ints(2), ints(3)];
    const shape: Dim[] = [...x];
    for (const [i, raw] of axes.entries()) {
      const axis = normalAxis(raw, x.length);
      const size = fixed(x[axis]);
      const end = Math.min(ends[i] < 0 ? ends[i] + size : ends[i], size);
      shape[axis] = Math.max(0, end - (starts[i] < 0 ? starts[i] + size : starts[i]));
    }
    return [shape];
  },

  Pad: (_node, [x], ints) => {
    const pads = ints(1);
    return [x.map((dim, i) => (pads[i] + pads[i + x.length] === 0 ? dim : fixed(dim) + pads[i] + pads[i + x.length]))];
  },

  Reshape: (_node, [x], ints) => {
    const target = ints(1).map((dim, i) => (dim === 0 ? x[i] : dim));
    const open = target.indexOf(-1);
    if (open < 0) return [target];
    const rest = sizeOf(target.filter((_, i) => i !== open));
    return [target.map((dim, i) => (i === open ? sizeOf(x) / rest : dim))];
  },

  Expand: (_node, [x], ints) => [broadcastShapes(x, ints(1))],

  Transpose: ({ attributes }, [x]) => {
    const perm = attributes.perm as readonly number[] | undefined;
    return [perm ? perm.map((axis) => x[axis]) : [...x].reverse()];
  },

  Squeeze: (_node, [x], ints) => {
    const axes = ints(1).map((axis) => normalAxis(axis, x.length));
    return [x.filter((_, i) => !axes.includes(i))];
  },

  Unsqueeze: (_node, [x], ints) => {
    const rank = x.length + ints(1).length;
    const axes = ints(1).map((axis) => normalAxis(axis, rank));
    const rest = [...x];
    return [Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : rest.shift()!))];
  },

  ReduceSum: (node, [x], ints) => [reduced(x, node.inputs.length > 1 ? ints(1) : [], node)],
  ReduceMean: (node, [x]) => [reduced(x, (node.attributes.axes ?? []) as readonly number[], node)],
};

function matMulShape(a: Shape, b: Shape): Shape {
  if (a.length < 2 || b.length < 2) throw new RangeError(`MatMul: ranks of [${a}] and [${b}] must be at least 2`);
  const [inner, rows] = [a.at(-1)!, b.at(-2)!];
  if (inner !== rows) throw new RangeError(`MatMul: [${a}] does not fit [${b}]`);
  return [...broadcastShapes(a.slice(0, -2), b.slice(0, -2)), a.at(-2)!, b.at(-1)!];
}

/** No axes means all of them. */
function reduced(x: Shape, raw: readonly number[], { attributes }: GraphNode): Shape {
  const axes = raw.length > 0 ? raw.map((axis) => normalAxis(axis, x.length)) : x.map((_, i) => i);
  const keep = attributes.keepdims !== 0;
  return x.flatMap((dim, i) => (axes.includes(i) ? (keep ? [1] : []) : [dim]));
}

function fixed(dim: Dim): number {
  if (typeof dim === 'string') throw new TypeError(`axis ${dim} must have a fixed size here`);
  return dim;
}
