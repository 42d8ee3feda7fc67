import type { Attributes } from '../../src/onnx/graphNode.js';
import { at, axisOf, fill, positions, size, type Tensor } from './tensor.js';

interface Call {
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly dims: readonly (readonly number[])[]; // of the outputs
}

type Operator = (call: Call) => Tensor[];

const unary =
  (compute: (x: number, attribute: (name: string, otherwise: number) => number) => number): Operator =>
  ({ inputs: [x], attributes, dims: [out] }) => {
    const attribute = (name: string, otherwise: number): number => Number(attributes[name] ?? otherwise);
    return [{ dims: out, data: x.data.map((v) => compute(v, attribute)) }];
  };

const elementwise =
  (compute: (...operands: number[]) => number): Operator =>
  ({ inputs, dims: [out] }) => [fill(out, (p) => compute(...inputs.map((x) => at(x, p))))];

/** Abramowitz & Stegun 7.1.5, a series that converges everywhere. */
function erf(x: number): number {
  let [sum, term] = [x, x];
  for (let n = 1; n < 60; n++) {
    term *= -(x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** Every element along `axis` at the position `p`. */
const along = (x: Tensor, p: readonly number[], axis: number): number[] =>
  Array.from({ length: x.dims[axis] }, (_, i) => at(x, p.with(axis, i)));

function logSoftmax({ inputs: [x], attributes, dims: [out] }: Call): Tensor {
  const axis = axisOf(Number(attributes.axis ?? -1), x.dims.length);
  return fill(out, (p) => {
    const row = along(x, p, axis);
    const most = Math.max(...row); // or eˣ might leave the range of numbers
    return at(x, p) - most - Math.log(row.reduce((sum, v) => sum + Math.exp(v - most), 0));
  });
}

const matMul: Operator = ({ inputs: [a, b], dims: [out] }) => {
  const left = a.dims.length === 1 ? { ...a, dims: [1, ...a.dims] } : a;
  const right = b.dims.length === 1 ? { ...b, dims: [...b.dims, 1] } : b;
  const full = [...out];
  if (b.dims.length === 1) full.push(1);
  if (a.dims.length === 1) full.splice(-1, 0, 1);
  const product = fill(full, (p) => {
    const [batch, row, column] = [p.slice(0, -2), p.at(-2)!, p.at(-1)!];
    let sum = 0;
    for (let k = 0; k < left.dims.at(-1)!; k++) sum += at(left, [...batch, row, k]) * at(right, [...batch, k, column]);
    return sum;
  });
  return [{ dims: out, data: product.data }];
};

const gemm: Operator = ({ inputs: [a, b, c], attributes, dims: [out] }) => {
  const { transA, transB, alpha = 1, beta = 1 } = attributes;
  const inner = a.dims[transA ? 0 : 1];
  return [
    fill(out, ([row, column]) => {
      let sum = 0;
      for (let k = 0; k < inner; k++)
        sum += at(a, transA ? [k, row] : [row, k]) * at(b, transB ? [column, k] : [k, column]);
      return Number(alpha) * sum + (c ? Number(beta) * at(c, [row, column]) : 0);
    }),
  ];
};

/** The parts of `x` along an axis, each of its own width. */
const split: Operator = ({ inputs: [x], attributes, dims }) => {
  const axis = axisOf(Number(attributes.axis ?? 0), x.dims.length);
  let from = 0;
  return dims.map((out) => {
    const start = from;
    from += out[axis];
    return fill(out, (p) => at(x, p.with(axis, p[axis] + start)));
  });
};

const concat: Operator = ({ inputs, attributes, dims: [out] }) => {
  const axis = axisOf(Number(attributes.axis), out.length);
  return [
    fill(out, (p) => {
      let offset = p[axis];
      let k = 0;
      while (offset >= inputs[k].dims[axis]) offset -= inputs[k++].dims[axis];
      return at(inputs[k], p.with(axis, offset));
    }),
  ];
};

/** As Python's x[start:end:step]. */
const slice: Operator = ({ inputs: [x, starts, ends, axes, steps], dims: [out] }) => {
  const taken = x.dims.map((length) => Array.from({ length }, (_, i) => i));
  for (const [i, start] of starts.data.entries()) {
    const axis = axes ? axisOf(axes.data[i], x.dims.length) : i;
    const step = steps?.data[i] ?? 1;
    const length = x.dims[axis];
    const clamp = (v: number, low: number, high: number): number =>
      Math.min(Math.max(v < 0 ? v + length : v, low), high);
    const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
    const end = clamp(ends.data[i], low, high);
    taken[axis] = [];
    for (let k = clamp(start, low, high); step > 0 ? k < end : k > end; k += step) taken[axis].push(k);
  }
  return [
    fill(out, (p) =>
      at(
        x,
        p.map((i, axis) => taken[axis][i]),
      ),
    ),
  ];
};

const gather: Operator = ({ inputs: [x, indices], attributes, dims: [out] }) => {
  const axis = axisOf(Number(attributes.axis ?? 0), x.dims.length);
  const rank = indices.dims.length;
  return [
    fill(out, (p) => {
      const index = at(indices, p.slice(axis, axis + rank));
      return at(x, [...p.slice(0, axis), axisOf(index, x.dims[axis]), ...p.slice(axis + rank)]);
    }),
  ];
};

const scatterNd: Operator = ({ inputs: [x, indices, updates], dims: [out] }) => {
  const data = [...x.data];
  const depth = indices.dims.at(-1)!;
  const block = size(out.slice(depth));
  for (const [i, p] of positions(indices.dims.slice(0, -1)).entries()) {
    let start = 0;
    for (let k = 0; k < depth; k++) start = start * out[k] + axisOf(at(indices, [...p, k]), out[k]);
    for (let j = 0; j < block; j++) data[start * block + j] += updates.data[i * block + j];
  }
  return [{ dims: out, data }];
};

const pad: Operator = ({ inputs: [x, pads, around], dims: [out] }) => [
  fill(out, (p) => {
    const from = p.map((i, k) => i - pads.data[k]);
    return from.every((i, k) => i >= 0 && i < x.dims[k]) ? at(x, from) : (around?.data[0] ?? 0);
  }),
];

const transpose: Operator = ({ inputs: [x], attributes, dims: [out] }) => {
  const perm = (attributes.perm as number[] | undefined) ?? x.dims.map((_, i) => x.dims.length - 1 - i);
  return [
    fill(out, (p) =>
      at(
        x,
        x.dims.map((_, axis) => p[perm.indexOf(axis)]),
      ),
    ),
  ];
};

const reduce =
  (mean: boolean): Operator =>
  ({ inputs: [x, second], attributes, dims: [out] }) => {
    const raw = second?.data ?? (attributes.axes as number[] | undefined) ?? [];
    const axes = raw.length > 0 ? raw.map((axis) => axisOf(axis, x.dims.length)) : x.dims.map((_, i) => i);
    const sums = new Map<string, number>();
    for (const p of positions(x.dims)) {
      const key = `${p.map((i, k) => (axes.includes(k) ? 0 : i))}`;
      sums.set(key, (sums.get(key) ?? 0) + at(x, p));
    }
    const share = mean ? sums.size / size(x.dims) : 1;
    return [{ dims: out, data: [...sums.values()].map((sum) => sum * share) }];
  };

const batchNormalization: Operator = ({ inputs: [x, scale, bias, mean, variance], attributes, dims: [out] }) => {
  const epsilon = Number(attributes.epsilon ?? 1e-5);
  return [
    fill(out, (p) => {
      const c = p[1];
      return ((at(x, p) - mean.data[c]) / Math.sqrt(variance.data[c] + epsilon)) * scale.data[c] + bias.data[c];
    }),
  ];
};

const layerNormalization: Operator = ({ inputs: [x, scale, bias], attributes, dims: [out] }) => {
  const from = axisOf(Number(attributes.axis ?? -1), x.dims.length);
  const width = size(x.dims.slice(from));
  return [
    fill(out, (p) => {
      const row = positions(x.dims.slice(from)).map((rest) => at(x, [...p.slice(0, from), ...rest]));
      const mean = row.reduce((a, b) => a + b, 0) / width;
      const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / width;
      const normal = (at(x, p) - mean) / Math.sqrt(variance + Number(attributes.epsilon ?? 1e-5));
      return normal * at(scale, p) + (bias ? at(bias, p) : 0);
    }),
  ];
};

const refilled: Operator = ({ inputs: [x], dims: [out] }) => [{ dims: out, data: x.data }];

/** What each operator computes, by ONNX operator type. Truth values are 0 and 1. */
export const operators: Readonly<Record<string, Operator>> = {
  Abs: unary(Math.abs),
  Elu: unary((x, attribute) => (x > 0 ? x : attribute('alpha', 1) * Math.expm1(x))),
  Erf: unary(erf),
  Ceil: unary(Math.ceil),
  Exp: unary(Math.exp),
  Floor: unary(Math.floor),
  Identity: unary((x) => x),
  LeakyRelu: unary((x, attribute) => (x > 0 ? x : attribute('alpha', 0.01) * x)),
  Log: unary(Math.log),
  Neg: unary((x) => -x),
  Not: unary((x) => Number(!x)),
  Reciprocal: unary((x) => 1 / x),
  Relu: unary((x) => Math.max(0, x)),
  Sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  Sign: unary(Math.sign),
  Softplus: unary((x) => Math.log1p(Math.exp(x))),
  Sqrt: unary(Math.sqrt),
  Tanh: unary(Math.tanh),
  Cast: unary((x, attribute) => (attribute('to', 1) === 1 ? x : Math.trunc(x))),

  Add: elementwise((a, b) => a + b),
  And: elementwise((a, b) => Number(a && b)),
  Div: elementwise((a, b) => a / b),
  Equal: elementwise((a, b) => Number(a === b)),
  Greater: elementwise((a, b) => Number(a > b)),
  GreaterOrEqual: elementwise((a, b) => Number(a >= b)),
  Less: elementwise((a, b) => Number(a < b)),
  LessOrEqual: elementwise((a, b) => Number(a <= b)),
  Max: elementwise(Math.max),
  Min: elementwise(Math.min),
  Mul: elementwise((a, b) => a * b),
  Or: elementwise((a, b) => Number(a || b)),
  Pow: elementwise((a, b) => a ** b),
  PRelu: elementwise((x, slope) => (x > 0 ? x : slope * x)),
  Sub: elementwise((a, b) => a - b),
  Sum: elementwise((...terms) => terms.reduce((a, b) => a + b, 0)),
  Where: elementwise((condition, a, b) => (condition ? a : b)),
  Clip: ({ inputs: [x, low, high], dims: [out] }) => [
    fill(out, (p) => Math.min(Math.max(at(x, p), low?.data[0] ?? -Infinity), high?.data[0] ?? Infinity)),
  ],

  BatchNormalization: batchNormalization,
  Concat: concat,
  Dropout: refilled,
  Expand: ({ inputs: [x], dims: [out] }) => [fill(out, (p) => at(x, p))],
  Flatten: refilled,
  Gather: gather,
  Gemm: gemm,
  LayerNormalization: layerNormalization,
  LogSoftmax: (call) => [logSoftmax(call)],
  MatMul: matMul,
  Pad: pad,
  ReduceMean: reduce(true),
  ReduceSum: reduce(false),
  Reshape: refilled,
  ScatterND: scatterNd,
  Slice: slice,
  Softmax: (call) => {
    const { dims, data } = logSoftmax(call);
    return [{ dims, data: data.map(Math.exp) }];
  },
  Split: split,
  Squeeze: refilled,
  Transpose: transpose,
  Unsqueeze: refilled,
};
