import type { Constant } from './constant.js';
import type { GraphNode } from './graphNode.js';
import { ElementType } from './modelProto.js';
import { broadcastShapes, type Dim, normalAxis, type Shape } from './shape.js';
import { sliceRanges } from './sliceRanges.js';

/** Integers or truth values known before the graph runs, up to the names of open axes. */
export interface KnownInts {
  readonly type: 'int64' | 'bool';
  readonly dims: readonly number[];
  readonly data: readonly Dim[];
}

/** Whether a constant is one that shape arithmetic knows. */
export const isKnown = (constant: Constant): constant is Constant & KnownInts => constant.type !== 'float32';

type Known = (name: string) => KnownInts | undefined;

/**
 * The value of a node of shape arithmetic (Shape, Gather, Concat, … as exporters write them), undefined where it is not known.
 * `known` answers for integers and truth values only; float32 is undefined.
 */
export function foldInts(node: GraphNode, shapeOf: (name: string) => Shape, known: Known): KnownInts | undefined {
  const { opType, inputs, attributes } = node;
  if (opType === 'Shape') {
    const end = attributes.end === undefined ? undefined : Number(attributes.end);
    const data = shapeOf(inputs[0]).slice(Number(attributes.start ?? 0), end);
    return flat(data);
  }
  const rule = rules[opType];
  if (!rule) return undefined;
  const values = inputs.map((name) => (name === '' ? undefined : known(name)));
  if (values.some((value, i) => value === undefined && inputs[i] !== '')) return undefined;
  const areInts = values.every((value, i) => value?.type !== 'bool' || (opType === 'Where' && i === 0));
  const result = areInts ? rule(values as KnownInts[], node) : undefined;
  return result && result.data.length <= mostInts ? result : undefined;
}

/** What is longer is data; and a file may double a vector forty times over. */
const mostInts = 4096;

/** A longer vector is data, and no shape. */
const mostAxes = 64;

type Rule = (values: readonly KnownInts[], node: GraphNode) => KnownInts | undefined;

const flat = (data: readonly Dim[]): KnownInts => ({ type: 'int64', dims: [data.length], data });

/** Numbers only; shapes are the small ones of shape arithmetic, so one side is a single number or both are equal. */
const elementwise =
  (compute: (...operands: number[]) => number): Rule =>
  (values) => {
    const dims = values.map((value) => value.dims as Shape).reduce(broadcastShapes) as number[];
    const size = dims.reduce((product, dim) => product * dim, 1);
    if (values.some(({ data }) => data.length !== 1 && data.length !== size)) return undefined;
    if (values.some(({ data }) => data.some((dim) => typeof dim === 'string'))) return undefined;
    const data = Array.from({ length: size }, (_, i) =>
      compute(...values.map((v) => Number(v.data[v.data.length === 1 ? 0 : i]))),
    );
    return { type: 'int64', dims, data };
  };

const rules: Record<string, Rule> = {
  Identity: ([x]) => x,
  Cast: ([x], { attributes }) =>
    attributes.to === ElementType.int64 || attributes.to === ElementType.int32 ? x : undefined,
  Squeeze: ([x]) => (x.data.length === 1 ? { ...x, dims: [] } : undefined),
  Unsqueeze: ([x]) => (x.dims.length === 0 ? flat(x.data) : undefined),
  Reshape: ([x, shape]) => (shape.data.length === 1 ? flat(x.data) : undefined),
  Concat: (parts) =>
    parts.every(({ dims }) => dims.length === 1) ? flat(parts.flatMap(({ data }) => data)) : undefined,
  Gather: ([x, indices]) => {
    if (x.dims.length !== 1) return undefined;
    return {
      type: 'int64',
      dims: indices.dims,
      data: indices.data.map((i) => x.data[normalAxis(Number(i), x.data.length)]),
    };
  },
  Slice: (values, node) => {
    const [x] = values;
    if (x.dims.length !== 1) return undefined;
    const ints = (input: number): number[] => values[input].data.map(Number);
    const [range] = sliceRanges(node, x.dims, (input) => values[input] !== undefined, ints);
    const { start, step, size } = range;
    return flat(Array.from({ length: Number(size) }, (_, i) => x.data[start + i * step]));
  },
  Add: elementwise((a, b) => a + b),
  Sub: elementwise((a, b) => a - b),
  Mul: elementwise((a, b) => a * b),
  Div: elementwise((a, b) => Math.trunc(a / b)),
  Equal: ([a, b]) => {
    if (a.data.length !== b.data.length && a.data.length !== 1 && b.data.length !== 1) return undefined;
    const longer = a.data.length >= b.data.length ? a : b;
    const at = (value: KnownInts, i: number): Dim => value.data[value.data.length === 1 ? 0 : i];
    return { type: 'bool', dims: longer.dims, data: longer.data.map((_, i) => Number(at(a, i) === at(b, i))) };
  },
  Where: ([condition, a, b]) => {
    const size = Math.max(condition.data.length, a.data.length, b.data.length);
    const at = (value: KnownInts, i: number): Dim => value.data[value.data.length === 1 ? 0 : i];
    return flat(Array.from({ length: size }, (_, i) => (at(condition, i) ? at(a, i) : at(b, i))));
  },
  Expand: ([x, shape]) =>
    x.data.length === 1 && shape.data.length === 1 && typeof shape.data[0] === 'number' && shape.data[0] <= mostAxes
      ? flat(new Array<Dim>(shape.data[0]).fill(x.data[0]))
      : undefined,
};
