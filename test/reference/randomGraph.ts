import type { GraphBuilder } from '../../src/onnx/graphBuilder.js';
import type { Attributes } from '../../src/onnx/graphNode.js';
import { broadcastShapes } from '../../src/onnx/shape.js';
import type { Random } from '../../src/series/random.js';
import { operators } from './operators.js';
import { at, positions, size, type Tensor } from './tensor.js';

export interface RandomGraph {
  readonly feeds: Readonly<Record<string, readonly number[]>>; // of all inputs; each has a say in `leaves`
  readonly leaves: readonly string[]; // what nothing reads
}

/** Values this near to a corner of a function would make central differences of no use there. */
const corner = 1e-3;
/** Larger ones are squashed, so that nothing overflows. */
const largest = 8;

/** Builds a graph under evaluation: every value is known as soon as its node is there. */
class Sketch {
  readonly values = new Map<string, Tensor>();
  readonly read = new Set<string>();
  readonly g: GraphBuilder;
  readonly random: Random;
  readonly pool: string[] = [];

  constructor(g: GraphBuilder, random: Random) {
    this.g = g;
    this.random = random;
  }

  shape(name: string): number[] {
    return this.g.shape(name).map(Number);
  }

  ops(count: number, opType: string, inputs: readonly string[], attributes: Attributes = {}): readonly string[] {
    const outputs = this.g.ops(count, opType, inputs, attributes);
    const tensors = inputs.map((name) => (this.values.get(name) ?? this.g.constants.get(name)) as Tensor);
    const found = operators[opType]({ inputs: tensors, attributes, dims: outputs.map((name) => this.shape(name)) });
    for (const [i, output] of outputs.entries()) this.values.set(output, found[i]);
    if (opType !== 'Less') for (const input of inputs) this.read.add(input); // nothing flows back through a comparison
    return outputs;
  }

  op(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.ops(1, opType, inputs, attributes)[0];
  }

  /** A value for others to read, squashed when it is large. */
  offer(value: string): void {
    const large = this.values.get(value)!.data.some((v) => !(Math.abs(v) <= largest));
    this.pool.push(large ? this.op('Tanh', [value]) : value);
  }

  any(fits: (shape: number[]) => boolean = () => true): string | undefined {
    const fitting = this.pool.filter((name) => fits(this.shape(name)));
    // What nothing has read yet goes first, so that the graph is deep and not only broad.
    const fresh = fitting.filter((name) => !this.read.has(name));
    const from = fresh.length > 0 && this.random.chance(0.7) ? fresh : fitting;
    return from.length === 0 ? undefined : this.random.pick(from);
  }

  /** A value that broadcasts with `shape`. */
  beside(shape: readonly number[]): string {
    return this.any((other) => {
      try {
        return size(broadcastShapes(shape, other) as number[]) <= 48;
      } catch {
        return false;
      }
    })!;
  }

  isSmooth(value: string, at: number): boolean {
    return this.values.get(value)!.data.every((v) => Math.abs(v - at) > corner);
  }

  areApart(values: readonly string[]): boolean {
    const shape = values.map((name) => this.shape(name)).reduce((a, b) => broadcastShapes(a, b) as number[]);
    const tensors = values.map((name) => this.values.get(name)!);
    return positions(shape).every((p) => {
      const sorted = tensors.map((tensor) => at(tensor, p)).sort((a, b) => a - b);
      return sorted.every((v, i) => i === 0 || v - sorted[i - 1] > corner);
    });
  }

  axis(shape: readonly number[]): number {
    const axis = this.random.integer(shape.length);
    return this.random.chance(0.5) ? axis : axis - shape.length;
  }

  someInts(count: number, below: number): number[] {
    return Array.from({ length: count }, () => this.random.integer(below) - (this.random.chance(0.3) ? below : 0));
  }
}

type Move = (s: Sketch) => readonly string[] | undefined;

const unary =
  (opType: string, attributes: Attributes = {}, cornerAt?: number): Move =>
  (s) => {
    const x = s.any()!;
    return cornerAt !== undefined && !s.isSmooth(x, cornerAt) ? undefined : [s.op(opType, [x], attributes)];
  };

const binary =
  (opType: string, fits: (s: Sketch, a: string, b: string) => boolean = () => true): Move =>
  (s) => {
    const a = s.any()!;
    const b = s.beside(s.shape(a));
    return fits(s, a, b) ? [s.op(opType, [a, b])] : undefined;
  };

/** Above 0: x² + 0.3. */
const positive = (s: Sketch, x: string): string => s.op('Add', [s.op('Mul', [x, x]), s.g.scalar(0.3)]);

const extreme =
  (opType: string): Move =>
  (s) => {
    const inputs = [s.any()!];
    for (let more = 1 + s.random.integer(2); more > 0; more--) {
      const shape = inputs.map((name) => s.shape(name)).reduce((a, b) => broadcastShapes(a, b) as number[]);
      inputs.push(s.beside(shape));
    }
    return s.areApart(inputs) ? [s.op(opType, inputs)] : undefined;
  };

const ranked =
  (least: number) =>
  (shape: number[]): boolean =>
    shape.length >= least;

const moves: Readonly<Record<string, Move>> = {
  Abs: unary('Abs', {}, 0),
  Add: binary('Add'),
  BatchNormalization: (s) => {
    const x = s.any((shape) => shape.length >= 2);
    if (x === undefined) return undefined;
    const width = s.shape(x)[1];
    const weight = (): string | undefined => s.any((shape) => shape.length === 1 && shape[0] === width);
    const [scale, bias] = [weight(), weight()];
    if (scale === undefined || bias === undefined) return undefined;
    const statistics = [0.2, 1.5].map((v) => s.g.constant(new Array<number>(width).fill(v), [width]));
    return [s.op('BatchNormalization', [x, scale, bias, ...statistics], { epsilon: 0.01 })];
  },
  Cast: unary('Cast', { to: 1 }),
  Clip: (s) => {
    const x = s.any()!;
    const fits = s.isSmooth(x, -0.7) && s.isSmooth(x, 0.9);
    return fits ? [s.op('Clip', [x, s.g.scalar(-0.7), s.g.scalar(0.9)])] : undefined;
  },
  Concat: (s) => {
    const x = s.any(ranked(1));
    if (x === undefined) return undefined;
    const shape = s.shape(x);
    const axis = s.axis(shape);
    const at = axis < 0 ? axis + shape.length : axis;
    const same = (other: number[]): boolean =>
      other.length === shape.length && other.every((dim, i) => i === at || dim === shape[i]);
    const inputs = [x, s.any(same)!, ...(s.random.chance(0.5) ? [s.any(same)!] : [])];
    return size(shape) > 24 ? undefined : [s.op('Concat', inputs, { axis })];
  },
  Div: (s) => {
    const a = s.any()!;
    const b = s.beside(s.shape(a));
    return [s.op('Div', [a, positive(s, b)])];
  },
  Dropout: unary('Dropout'),
  Elu: unary('Elu', { alpha: 0.8 }, 0),
  Erf: (s) => {
    const x = s.any()!;
    return s.values.get(x)!.data.every((v) => Math.abs(v) < 3) ? [s.op('Erf', [x])] : undefined;
  },
  Exp: (s) => [s.op('Exp', [s.op('Tanh', [s.any()!])])],
  Expand: (s) => {
    const x = s.any((shape) => size(shape) <= 12)!;
    return x === undefined ? undefined : [s.op('Expand', [x, s.g.ints([2, ...s.shape(x)])])];
  },
  Flatten: (s) => {
    const x = s.any(ranked(1));
    return x === undefined ? undefined : [s.op('Flatten', [x], { axis: s.random.integer(s.shape(x).length + 1) })];
  },
  Gather: (s) => {
    const x = s.any(ranked(1));
    if (x === undefined) return undefined;
    const axis = s.axis(s.shape(x));
    const dims = s.random.pick([[], [1], [3], [2, 2]]);
    if (size(s.shape(x)) * size(dims) > 96) return undefined;
    const data = s.someInts(size(dims), s.shape(x).at(axis)!);
    return [s.op('Gather', [x, s.g.literal({ type: 'int64', dims, data })], { axis })];
  },
  Gemm: (s) => {
    const a = s.any((shape) => shape.length === 2);
    if (a === undefined) return undefined;
    const [transA, transB] = [s.random.integer(2), s.random.integer(2)];
    const inner = s.shape(a)[transA ? 0 : 1];
    const b = s.any((shape) => shape.length === 2 && shape[transB ? 1 : 0] === inner);
    if (b === undefined) return undefined;
    const y = [s.shape(a)[transA ? 1 : 0], s.shape(b)[transB ? 0 : 1]];
    const c = s.any(
      (shape) => shape.length <= 2 && shape.every((dim, i) => [1, y[i + 2 - shape.length]].includes(dim)),
    );
    const bias = c === undefined ? [] : [c];
    return [s.op('Gemm', [a, b, ...bias], { transA, transB, alpha: 0.7, beta: 1.2 })];
  },
  Identity: unary('Identity'),
  LayerNormalization: (s) => {
    const x = s.any((shape) => shape.length >= 1 && shape.at(-1)! > 1);
    if (x === undefined) return undefined;
    const scale = s.any((shape) => shape.length === 1 && shape[0] === s.shape(x).at(-1));
    return scale === undefined ? undefined : [s.op('LayerNormalization', [x, scale, scale], { epsilon: 0.1 })];
  },
  LeakyRelu: unary('LeakyRelu', { alpha: 0.2 }, 0),
  Log: (s) => [s.op('Log', [positive(s, s.any()!)])],
  LogSoftmax: (s) => {
    const x = s.any(ranked(1));
    return x === undefined ? undefined : [s.op('LogSoftmax', [x], { axis: s.axis(s.shape(x)) })];
  },
  MatMul: (s) => {
    const a = s.any(ranked(1));
    if (a === undefined) return undefined;
    const inner = s.shape(a).at(-1);
    const lead = s.shape(a).slice(0, -2);
    const b = s.any((shape) => {
      if (shape.length === 0 || shape.at(shape.length === 1 ? 0 : -2) !== inner) return false;
      try {
        return size(broadcastShapes(lead, shape.slice(0, -2)) as number[]) <= 8;
      } catch {
        return false;
      }
    });
    return b === undefined ? undefined : [s.op('MatMul', [a, b])];
  },
  Max: extreme('Max'),
  Min: extreme('Min'),
  Mul: binary('Mul'),
  Neg: unary('Neg'),
  Pad: (s) => {
    const x = s.any((shape) => shape.length === 1 && shape[0] <= 6);
    return x === undefined ? undefined : [s.op('Pad', [x, s.g.ints([s.random.integer(2), s.random.integer(2)])])];
  },
  PRelu: (s) => {
    const x = s.any()!;
    const slope = s.any((shape) => {
      const from = s.shape(x).length - shape.length;
      return from >= 0 && shape.every((dim, i) => dim === 1 || dim === s.shape(x)[i + from]);
    })!;
    return slope !== undefined && s.isSmooth(x, 0) ? [s.op('PRelu', [x, slope])] : undefined;
  },
  Pow: (s) => {
    const x = s.any()!;
    if (s.random.chance(0.5)) return [s.op('Pow', [x, s.g.scalar(s.random.pick([2, 3]))])];
    return [s.op('Pow', [positive(s, s.op('Tanh', [x])), s.op('Sigmoid', [s.beside(s.shape(x))])])];
  },
  Reciprocal: (s) => [s.op('Reciprocal', [positive(s, s.any()!)])],
  ReduceMean: (s) => {
    const x = s.any(ranked(1));
    if (x === undefined) return undefined;
    return [s.op('ReduceMean', [x], { axes: [s.axis(s.shape(x))], keepdims: s.random.integer(2) })];
  },
  ReduceSum: (s) => {
    const x = s.any()!;
    const axes = s.shape(x).length > 0 && s.random.chance(0.8) ? [s.g.ints([s.axis(s.shape(x))])] : [];
    return [s.op('ReduceSum', [x, ...axes], { keepdims: s.random.integer(2) })];
  },
  Relu: unary('Relu', {}, 0),
  Reshape: (s) => {
    const x = s.any(ranked(1));
    if (x === undefined) return undefined;
    const last = s.shape(x).at(-1)!;
    return [s.op('Reshape', [x, s.g.ints(s.random.pick([[-1], [-1, 1], [last, -1], [0, -1]]))])];
  },
  Sigmoid: unary('Sigmoid'),
  Slice: (s) => {
    const x = s.any((shape) => shape.length >= 1 && shape.every((dim) => dim > 1));
    if (x === undefined) return undefined;
    const axis = s.axis(s.shape(x));
    const far = 2 ** 40;
    const [start, end, step] = s.random.pick([
      [1, far, 1],
      [0, -1, 1],
      [0, far, 2],
      [-1, -far, -1],
      [-1, -far, -2],
    ]);
    return [s.op('Slice', [x, ...[start, end, axis, step].map((v) => s.g.ints([v]))])];
  },
  Softmax: (s) => {
    const x = s.any(ranked(1));
    return x === undefined ? undefined : [s.op('Softmax', [x], { axis: s.axis(s.shape(x)) })];
  },
  Softplus: unary('Softplus'),
  Split: (s) => {
    const x = s.any((shape) => shape.length >= 1 && shape.at(-1)! >= 2);
    if (x === undefined) return undefined;
    const last = s.shape(x).at(-1)!;
    if (last % 2 === 0 && s.random.chance(0.5)) return s.ops(2, 'Split', [x], { axis: -1 });
    return s.ops(2, 'Split', [x, s.g.ints([1, last - 1])], { axis: -1 });
  },
  Sqrt: (s) => [s.op('Sqrt', [positive(s, s.any()!)])],
  Squeeze: (s) => {
    const x = s.any((shape) => shape.includes(1));
    return x === undefined ? undefined : [s.op('Squeeze', [x, s.g.ints([s.shape(x).indexOf(1)])])];
  },
  Sub: binary('Sub'),
  Sum: extreme('Sum'),
  Tanh: unary('Tanh'),
  Transpose: (s) => {
    const x = s.any(ranked(2));
    if (x === undefined) return undefined;
    const axes = s.shape(x).map((_, i) => i);
    const turn = 1 + s.random.integer(axes.length - 1);
    return [
      s.op('Transpose', [x], s.random.chance(0.3) ? {} : { perm: [...axes.slice(turn), ...axes.slice(0, turn)] }),
    ];
  },
  Unsqueeze: (s) => {
    const x = s.any((shape) => shape.length < 4)!;
    return x === undefined ? undefined : [s.op('Unsqueeze', [x, s.g.ints([s.random.pick([0, -1])])])];
  },
  Where: (s) => {
    const a = s.any()!;
    const b = s.beside(s.shape(a));
    const c = s.beside(broadcastShapes(s.shape(a), s.shape(b)) as number[]);
    return s.areApart([a, b]) && a !== b ? [s.op('Where', [s.op('Less', [a, b]), c, b])] : undefined;
  },
};

/** The operators that random graphs are made of: all that have a gradient rule. */
export const randomOperators = Object.keys(moves);

/** Builds 5 to 30 nodes in `g` on inputs w0, w1, …: shapes that broadcast, values that are tame, no input without a say. */
export function randomGraph(g: GraphBuilder, random: Random): RandomGraph {
  const s = new Sketch(g, random);
  const shapes = [
    [3],
    [2, 3],
    random.pick([[], [1]]),
    random.pick([
      [2, 1, 3],
      [2, 3, 2],
      [2, 1],
    ]),
    random.pick([
      [3, 3],
      [3, 2],
    ]),
  ];
  const feeds: Record<string, number[]> = {};
  for (const [i, dims] of shapes.entries()) {
    const name = g.input(`w${i}`, dims);
    feeds[name] = Array.from({ length: size(dims) }, () => Math.fround(random.between(-1.5, 1.5)));
    s.values.set(name, { dims, data: feeds[name] });
    s.pool.push(name);
  }
  const nodes = 5 + random.integer(20);
  while (g.nodes.length < nodes) {
    const made = moves[random.pick(randomOperators)](s);
    for (const value of made ?? []) s.offer(value);
  }
  return { feeds, leaves: s.pool.filter((name) => !s.read.has(name)) };
}
