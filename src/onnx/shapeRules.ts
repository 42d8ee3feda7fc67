import { dimProduct, dimQuotient } from './dimProduct.js';
import type { GraphNode } from './graphNode.js';
import { reducedAxes } from './reducedAxes.js';
import { broadcastShapes, type Dim, fixed, normalAxis, type Shape, sameShape } from './shape.js';
import type { ShapeContext, ShapeRule } from './shapeRule.js';
import { sliceRanges } from './sliceRanges.js';
import { splitSizes } from './splitSizes.js';

const same: ShapeRule = ({ shapes: [x] }) => [x];
const broadcast: ShapeRule = ({ shapes }) => [shapes.reduce(broadcastShapes)];
const each = (ops: string, rule: ShapeRule): Record<string, ShapeRule> =>
  Object.fromEntries(ops.split(' ').map((op) => [op, rule]));

export const shapeRules: Readonly<Record<string, ShapeRule>> = {
  ...each('Add Sub Mul Div Pow Max Min Sum Mean Mod Where And Or Xor', broadcast),
  ...each('Less LessOrEqual Greater GreaterOrEqual Equal', broadcast),
  ...each('Abs Cast Ceil Clip Cos Elu Erf Exp Floor Identity LeakyRelu Log Neg Not PRelu Reciprocal Relu Round', same),
  ...each('Celu HardSigmoid HardSwish IsNaN IsInf LogSoftmax Selu Sigmoid Sign Sin Softmax Softplus Softsign', same),
  ...each('CumSum Sqrt Tanh ThresholdedRelu ScatterND ScatterElements', same),

  MatMul: ({ shapes: [a, b] }) => [matMulShape(a, b)],

  Gemm({ node: { attributes }, shapes: [a, b, c] }) {
    if (a.length !== 2 || b.length !== 2) throw new RangeError(`Gemm: [${a}] and [${b}] must be matrices`);
    const [rows, inner] = attributes.transA ? [a[1], a[0]] : a;
    const [other, columns] = attributes.transB ? [b[1], b[0]] : b;
    if (inner !== other) throw new RangeError(`Gemm: [${a}] does not fit [${b}]`);
    const y = [rows, columns];
    if (c && !sameShape(broadcastShapes(c, y), y)) throw new RangeError(`Gemm: [${c}] does not broadcast to [${y}]`);
    return [y];
  },

  Concat({ node: { attributes }, shapes }) {
    const axis = normalAxis(Number(attributes.axis), shapes[0].length);
    for (const shape of shapes) {
      if (shape.length !== shapes[0].length || shape.some((dim, i) => i !== axis && dim !== shapes[0][i]))
        throw new RangeError(`Concat: [${shapes[0]}] and [${shape}] differ beside axis ${axis}`);
    }
    if (shapes.length === 1) return [shapes[0]];
    const total = shapes.reduce((sum, shape) => sum + fixed(shape[axis]), 0);
    return [shapes[0].with(axis, total)];
  },

  Split({ node, shapes: [x], has, ints }) {
    const axis = normalAxis(Number(node.attributes.axis ?? 0), x.length);
    const sizes = has(1) ? ints(1) : splitSizes(node, fixed(x[axis]));
    if (typeof x[axis] === 'number' && sizes.reduce((a, b) => a + b, 0) !== x[axis])
      throw new RangeError(`Split: [${sizes}] do not add up to axis ${axis} of [${x}]`);
    return sizes.slice(0, node.outputs.length).map((size) => x.with(axis, size));
  },

  Slice({ node, shapes: [x], has, ints }) {
    const shape: Dim[] = [...x];
    for (const { axis, size } of sliceRanges(node, x, has, ints)) shape[axis] = size;
    return [shape];
  },

  Gather({ node: { attributes }, shapes: [x, indices] }) {
    const axis = normalAxis(Number(attributes.axis ?? 0), x.length);
    return [[...x.slice(0, axis), ...indices, ...x.slice(axis + 1)]];
  },

  Pad({ shapes: [x], ints }) {
    const pads = ints(1);
    return [x.map((dim, i) => (pads[i] + pads[i + x.length] === 0 ? dim : fixed(dim) + pads[i] + pads[i + x.length]))];
  },

  Reshape({ shapes: [x], dims }) {
    const target = dims(1).map((dim, i) => (dim === 0 ? x[i] : dim));
    const open = target.indexOf(-1);
    const shape = open < 0 ? target : target.with(open, dimQuotient(x, target.toSpliced(open, 1)));
    if (dimProduct(shape) !== dimProduct(x)) throw new RangeError(`Reshape: [${x}] does not fill [${shape}]`);
    return [shape];
  },

  Flatten({ node: { attributes }, shapes: [x] }) {
    const raw = Number(attributes.axis ?? 1);
    const axis = raw < 0 ? raw + x.length : raw;
    return [[dimProduct(x.slice(0, axis)), dimProduct(x.slice(axis))]];
  },

  Expand: ({ shapes: [x], dims }) => [broadcastShapes(x, dims(1))],
  ConstantOfShape: ({ dims }) => [dims(0)],
  Shape({ node: { attributes }, shapes: [x] }) {
    return [
      [x.slice(Number(attributes.start ?? 0), attributes.end === undefined ? x.length : Number(attributes.end)).length],
    ];
  },
  Size: () => [[]],

  Transpose({ node: { attributes }, shapes: [x] }) {
    const perm = attributes.perm as readonly number[] | undefined;
    if ((perm && [...perm].sort((a, b) => a - b).some((axis, i) => axis !== i)) || (perm && perm.length !== x.length))
      throw new RangeError(`Transpose: ${perm} does not permute the axes of [${x}]`);
    return [perm ? perm.map((axis) => x[axis]) : [...x].reverse()];
  },

  Squeeze({ shapes: [x], has, ints }) {
    const axes = has(1)
      ? ints(1).map((axis) => normalAxis(axis, x.length))
      : x.flatMap((dim, i) => (dim === 1 ? [i] : []));
    const wide = axes.find((axis) => x[axis] !== 1);
    if (wide !== undefined) throw new RangeError(`Squeeze: axis ${wide} of [${x}] is not 1`);
    return [x.filter((_, i) => !axes.includes(i))];
  },

  Unsqueeze({ shapes: [x], ints }) {
    const rank = x.length + ints(1).length;
    const axes = ints(1).map((axis) => normalAxis(axis, rank));
    const rest = [...x];
    return [Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : rest.shift()!))];
  },

  ...each('ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL2 ReduceSumSquare', reduced),
  ArgMax: ({ node, shapes: [x] }) => [withoutAxes(x, [normalAxis(Number(node.attributes.axis ?? 0), x.length)], node)],

  Dropout: ({ node, shapes: [x] }) => node.outputs.map(() => x),
  BatchNormalization: ({ node, shapes: [x, scale] }) => node.outputs.map((_, i) => (i === 0 ? x : scale)),
  LayerNormalization({ node, shapes: [x] }) {
    const axis = normalAxis(Number(node.attributes.axis ?? -1), x.length);
    const statistics = x.map((dim, i) => (i < axis ? dim : 1));
    return node.outputs.map((_, i) => (i === 0 ? x : statistics));
  },

  ...each('GRU LSTM RNN', recurrent),
};

/** One-dimensional operands count as a row on the left, as a column on the right. */
function matMulShape(a: Shape, b: Shape): Shape {
  if (a.length === 0 || b.length === 0) throw new RangeError(`MatMul: [${a}] and [${b}] must have axes`);
  const [left, right] = [a.length === 1 ? [1, ...a] : a, b.length === 1 ? [...b, 1] : b];
  const [inner, rows] = [left.at(-1)!, right.at(-2)!];
  if (inner !== rows) throw new RangeError(`MatMul: [${a}] does not fit [${b}]`);
  const lead = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
  return [...lead, ...(a.length === 1 ? [] : [left.at(-2)!]), ...(b.length === 1 ? [] : [right.at(-1)!])];
}

function reduced({ node, shapes: [x], has, ints }: ShapeContext): readonly Shape[] {
  return [withoutAxes(x, reducedAxes(node, x.length, has(1) ? ints(1) : undefined), node)];
}

function withoutAxes(x: Shape, axes: readonly number[], { attributes }: GraphNode): Shape {
  const keep = attributes.keepdims !== 0;
  return x.flatMap((dim, i) => (axes.includes(i) ? (keep ? [1] : []) : [dim]));
}

/** X [T, batch, I], R [directions, gates·H, H]: Y [T, directions, batch, H], then the last states [directions, batch, H]. */
function recurrent({ node, shapes: [x, , r] }: ShapeContext): readonly Shape[] {
  if (node.attributes.layout) throw new TypeError(`${node.opType}: layout 1 is not read`);
  const [steps, batch] = x;
  const [directions, , hidden] = r;
  return node.outputs.map((_, i) => (i === 0 ? [steps, directions, batch, hidden] : [directions, batch, hidden]));
}
