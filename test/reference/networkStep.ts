import type { ActivationName } from '../../src/nn/activation.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { type CellWeights, cellSteps, product } from './cellSteps.js';

type Rows = Record<string, number[]>;
type Weights = Readonly<Record<string, ArrayLike<number>>>;

const phis: Record<ActivationName, (sum: number, slope: number) => number> = {
  tanh: Math.tanh,
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  relu: (a) => Math.max(0, a),
  leakyRelu: (a) => (a < 0 ? 0.01 * a : a),
  prelu: (a, slope) => (a < 0 ? slope * a : a),
  elu: (a) => (a < 0 ? Math.exp(a) - 1 : a),
};

const part = (weights: Weights, name: string): Weights =>
  Object.fromEntries(
    Object.entries(weights).flatMap(([key, value]) =>
      key.startsWith(`${name}.`) ? [[key.slice(name.length + 1), value]] : [],
    ),
  );

const plus = (a: readonly number[], b: ArrayLike<number>): number[] => a.map((v, i) => v + b[i]);
const affine = (v: readonly number[], M: ArrayLike<number>, b: ArrayLike<number>): number[] =>
  plus(product(v, M, b.length), b);

const statesOf = { rnn: ['h'], gru: ['h'], lstm: ['h', 'c'], slstm: ['h', 'c', 'n', 'm'] } as const;

function cellStep(a: Architecture, p: Weights, x: readonly number[], states: number[][]): number[][] {
  const phi = (sum: number, unit: number): number => phis[a.cellActivation](sum, p.slope?.[unit]);
  return cellSteps[a.cell](p as unknown as CellWeights, x, states, phi);
}

/** What a hidden state sees in the memory, newest first, and the weights by lag. */
function attended(
  a: Architecture,
  p: Weights,
  h: readonly number[],
  memory: readonly number[][],
): [number[], number[]] {
  const query = product(h, p.Q, h.length);
  const scores = memory.map((slot) =>
    a.attention === 'dot'
      ? slot.reduce((sum, v, i) => sum + v * query[i], 0) / Math.sqrt(h.length)
      : product(slot, p.K, h.length).reduce((sum, v, i) => sum + Math.tanh(v + query[i]) * p.u[i], 0),
  );
  const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
  const weights = scores.map((score) => Math.exp(score) / total);
  const context = h.map((_, i) => memory.reduce((sum, slot, k) => sum + weights[k] * slot[i], 0));
  return [affine([...context, ...h], p.C, p.c).map(Math.tanh), weights];
}

/** One step of the deployed network for one series, in float64 and from the formulas alone. `past` is the memory of attention. */
export function networkStep(
  a: Architecture,
  weights: Weights,
  given: readonly number[],
  states: Readonly<Rows>,
  past: readonly number[][],
): { y: number[]; states: Rows; past: number[][]; attention: number[] } {
  const next: Rows = {};
  const norm = part(weights, 'norm');
  let value = given.map((v, i) =>
    a.inputNorm === 'batch'
      ? (norm.gain[i] * (v - norm.mean[i])) / Math.sqrt(norm.variance[i] + 1e-5) + norm.bias[i]
      : v,
  );
  let top: number[][] = [];
  for (let layer = 1; layer <= a.layers; layer++) {
    const names = statesOf[a.cell].map((name) => (layer > 1 ? `${name}${layer}` : name));
    top = cellStep(
      a,
      part(weights, `layer${layer}`),
      value,
      names.map((name) => states[name]),
    );
    for (const [i, name] of names.entries()) next[name] = top[i];
    value = a.residual && layer > 1 ? plus(top[0], value) : top[0];
  }
  const memory = [value, ...past].slice(0, a.memory);
  const lags: number[][] = [];
  const look = (hidden: number[]): number[] => {
    if (a.attention === 'none') return hidden;
    const [seen, byLag] = attended(a, part(weights, 'attention'), hidden, memory);
    lags.push(byLag);
    return seen;
  };
  const head = part(weights, 'head');
  const y = a.head === 'linear' ? linear(a, head, given, look(value)) : decoded(a, head, given, top, look);
  return { y, states: next, past: memory, attention: lags[0] ?? [] };
}

function dense({ headActivation }: Architecture, p: Weights, value: number[]): number[] {
  if (headActivation === 'none') return value;
  return affine(value, p.D, p.d).map((sum, unit) => phis[headActivation](sum, p.slope?.[unit]));
}

function linear(a: Architecture, p: Weights, x: readonly number[], hidden: number[]): number[] {
  const value = dense(a, p, hidden);
  const width = a.classes || a.levels.length;
  const own = affine(value, p.V, p.v);
  const direct = a.direct ? product(x, p.U, own.length) : own.map(() => 0);
  const gates = a.gated.length > 0 ? affine(value, p.A, p.a) : [];
  return own.map((v, i) => {
    const k = Math.floor(i / width);
    const carried = a.gated.map(
      ({ from, width: columns }, j) => gates[j * a.horizon + k] * x[from + (columns > 1 ? k : 0)],
    );
    return v + direct[i] + carried.reduce((sum, term) => sum + term, 0);
  });
}

function decoded(
  a: Architecture,
  p: Weights,
  x: readonly number[],
  start: number[][],
  look: (hidden: number[]) => number[],
): number[] {
  let states = start;
  let fed = a.start < 0 ? 0 : x[a.start];
  return Array.from({ length: a.horizon }, (_, k) => {
    const known = a.gated.map(({ from, width }) => x[from + (width > 1 ? k : 0)]);
    states = cellStep(a, part(p, 'cell'), [fed, ...known], states);
    const answer = affine(dense(a, p, look(states[0])), p.V, p.v);
    fed = answer[a.levels.indexOf(0.5)];
    return answer;
  }).flat();
}
