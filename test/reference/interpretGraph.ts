import type { GraphBuilder } from '../../src/onnx/graphBuilder.js';
import type { GraphNode } from '../../src/onnx/graphNode.js';
import { tensorValues } from '../../src/onnx/tensor.js';

/** A value of the interpreter: float64, row-major. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

const size = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);

/** Every position of `dims`, in row-major order. */
function positions(dims: readonly number[]): number[][] {
  return Array.from({ length: size(dims) }, (_, flat) => {
    const at = new Array<number>(dims.length);
    for (let axis = dims.length - 1, rest = flat; axis >= 0; axis--) {
      at[axis] = rest % dims[axis];
      rest = Math.floor(rest / dims[axis]);
    }
    return at;
  });
}

/** The element of `t` at a position of a shape it is broadcast to. */
function at({ dims, data }: Tensor, position: readonly number[]): number {
  const lead = position.length - dims.length;
  let flat = 0;
  for (const [axis, dim] of dims.entries()) flat = flat * dim + (dim === 1 ? 0 : position[axis + lead]);
  return data[flat];
}

const fill = (dims: readonly number[], value: (position: number[]) => number): Tensor => ({
  dims,
  data: positions(dims).map(value),
});

const unary: Record<string, (x: number) => number> = {
  Abs: Math.abs,
  Exp: Math.exp,
  Identity: (x) => x,
  Neg: (x) => -x,
  Relu: (x) => Math.max(0, x),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Sign: Math.sign,
  Sqrt: Math.sqrt,
  Tanh: Math.tanh,
};

const binary: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
  Max: Math.max,
  Min: Math.min,
  Less: (a, b) => Number(a < b),
  Greater: (a, b) => Number(a > b),
};

function multiply(a: Tensor, b: Tensor, dims: readonly number[]): Tensor {
  const inner = a.dims[a.dims.length - 1];
  return fill(dims, (p) => {
    const [batch, row, column] = [p.slice(0, -2), p.at(-2)!, p.at(-1)!];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += at(a, [...batch, row, k]) * at(b, [...batch, k, column]);
    return sum;
  });
}

function gemm(node: GraphNode, [a, b, c]: Tensor[], dims: readonly number[]): Tensor {
  const { transA, transB, alpha = 1, beta = 1 } = node.attributes;
  const inner = a.dims[transA ? 0 : 1];
  return fill(dims, ([row, column]) => {
    let sum = 0;
    for (let k = 0; k < inner; k++)
      sum += at(a, transA ? [k, row] : [row, k]) * at(b, transB ? [column, k] : [k, column]);
    return Number(alpha) * sum + (c ? Number(beta) * at(c, [row, column]) : 0);
  });
}

/** The parts of `values` along an axis, each of its own width. */
function cut(x: Tensor, axis: number, shapes: readonly (readonly number[])[]): Tensor[] {
  let from = 0;
  return shapes.map((dims) => {
    const start = from;
    from += dims[axis];
    return fill(dims, (p) =>
      at(
        x,
        p.map((i, k) => (k === axis ? i + start : i)),
      ),
    );
  });
}

function join(parts: readonly Tensor[], axis: number, dims: readonly number[]): Tensor {
  return fill(dims, (p) => {
    let offset = p[axis];
    let k = 0;
    while (offset >= parts[k].dims[axis]) offset -= parts[k++].dims[axis];
    return at(parts[k], p.with(axis, offset));
  });
}

function reduce(node: GraphNode, x: Tensor, raw: readonly number[], dims: readonly number[]): Tensor {
  const axes = raw.length > 0 ? raw.map((axis) => (axis + x.dims.length) % x.dims.length) : x.dims.map((_, i) => i);
  const sums = new Map<string, number>();
  for (const p of positions(x.dims)) {
    const key = `${p.map((i, k) => (axes.includes(k) ? 0 : i))}`;
    sums.set(key, (sums.get(key) ?? 0) + at(x, p));
  }
  const share = node.opType === 'ReduceMean' ? sums.size / size(x.dims) : 1;
  return { dims, data: [...sums.values()].map((sum) => sum * share) };
}

/**
 * Evaluates a graph in plain float64 loops: slow, and written from the operators' definitions, not from the code under test.
 * Shapes are taken from the builder, which is thereby checked: a value must fill the shape it was given.
 */
export function interpretGraph(
  g: GraphBuilder,
  feeds: Readonly<Record<string, readonly number[]>>,
): Map<string, Tensor> {
  const values = new Map<string, Tensor>();
  const shape = (name: string): number[] => g.shape(name).map(Number);
  for (const [name, data] of Object.entries(feeds)) values.set(name, { dims: shape(name), data });
  for (const tensor of g.model().graph!.initializer) {
    values.set(tensor.name!, { dims: tensor.dims, data: tensorValues(tensor) });
  }
  for (const [name, constant] of g.constants) values.set(name, constant);
  for (const node of g.nodes) {
    const inputs = node.inputs.map((name) => {
      const value = values.get(name);
      if (!value) throw new Error(`interpretGraph: ${name} was not fed`);
      return value;
    });
    const dims = node.outputs.map(shape);
    for (const [i, tensor] of evaluate(node, inputs, dims).entries()) {
      if (tensor.data.length !== size(dims[i])) throw new Error(`${node.opType} does not fill [${dims[i]}]`);
      values.set(node.outputs[i], tensor);
    }
  }
  return values;
}

function evaluate(node: GraphNode, inputs: Tensor[], dims: number[][]): Tensor[] {
  const [x, second] = inputs;
  const [out] = dims;
  const axis = (Number(node.attributes.axis ?? 0) + x.dims.length) % x.dims.length;
  const [one, two] = [unary[node.opType], binary[node.opType]];
  if (one) return [{ dims: out, data: x.data.map(one) }];
  if (two) return [fill(out, (p) => two(at(x, p), at(second, p)))];
  switch (node.opType) {
    case 'Where':
      return [fill(out, (p) => (at(x, p) ? at(second, p) : at(inputs[2], p)))];
    case 'MatMul':
      return [multiply(x, second, out)];
    case 'Gemm':
      return [gemm(node, inputs, out)];
    case 'Concat':
      return [join(inputs, axis, out)];
    case 'Split':
      return cut(x, axis, dims);
    case 'Slice': {
      const starts = out.map((_, k) => {
        const i = inputs[3].data.findIndex((a) => (a + out.length) % out.length === k);
        const start = i < 0 ? 0 : second.data[i];
        return start < 0 ? start + x.dims[k] : start;
      });
      return [
        fill(out, (p) =>
          at(
            x,
            p.map((i, k) => i + starts[k]),
          ),
        ),
      ];
    }
    case 'Pad':
      return [
        fill(out, (p) => {
          const from = p.map((i, k) => i - second.data[k]);
          return from.every((i, k) => i >= 0 && i < x.dims[k]) ? at(x, from) : 0;
        }),
      ];
    case 'Reshape':
    case 'Squeeze':
    case 'Unsqueeze':
      return [{ dims: out, data: x.data }];
    case 'Expand':
      return [fill(out, (p) => at(x, p))];
    case 'Transpose': {
      const perm = (node.attributes.perm as number[] | undefined) ?? x.dims.map((_, i) => x.dims.length - 1 - i);
      return [
        fill(out, (p) =>
          at(
            x,
            x.dims.map((_, axisOfX) => p[perm.indexOf(axisOfX)]),
          ),
        ),
      ];
    }
    case 'ReduceSum':
      return [reduce(node, x, second?.data ?? [], out)];
    case 'ReduceMean':
      return [reduce(node, x, (node.attributes.axes as number[] | undefined) ?? [], out)];
    default:
      throw new Error(`interpretGraph: ${node.opType} is not known`);
  }
}
