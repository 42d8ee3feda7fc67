/** Plain loops for one row, from the formulas, with weights W [I, gates·H], R [H, gates·H], b [gates·H], row-major. */
export interface CellWeights {
  readonly W: ArrayLike<number>;
  readonly R: ArrayLike<number>;
  readonly b: ArrayLike<number>;
  readonly c?: ArrayLike<number>; // GRU only
  readonly slope?: ArrayLike<number>; // of PReLU
  readonly gainX?: ArrayLike<number>; // with layer normalisation, these two
  readonly gainH?: ArrayLike<number>;
  readonly gainC?: ArrayLike<number>; // and these of the LSTM
  readonly biasC?: ArrayLike<number>;
}

/** φ of one unit's sum. */
export type Phi = (sum: number, unit: number) => number;

const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));

/** v·M of a matrix with `width` columns. */
export const product = (v: ArrayLike<number>, M: ArrayLike<number>, width: number): number[] =>
  Array.from({ length: width }, (_, column) => {
    let sum = 0;
    for (let i = 0; i < v.length; i++) sum += v[i] * M[i * width + column];
    return sum;
  });

export function normalise(a: readonly number[], gain: ArrayLike<number>, bias?: ArrayLike<number>): number[] {
  const mean = a.reduce((sum, v) => sum + v, 0) / a.length;
  const variance = a.reduce((sum, v) => sum + (v - mean) ** 2, 0) / a.length;
  return a.map((v, i) => (gain[i] * (v - mean)) / Math.sqrt(variance + 1e-5) + (bias?.[i] ?? 0));
}

/** The gates' sums: a from x, u from h. */
function sums(
  { W, R, b, gainX, gainH }: CellWeights,
  x: readonly number[],
  h: readonly number[],
): [number[], number[]] {
  const [fromX, fromH] = [product(x, W, b.length), product(h, R, b.length)];
  if (gainX && gainH) return [normalise(fromX, gainX, b), normalise(fromH, gainH)];
  return [fromX.map((v, i) => v + b[i]), fromH];
}

export function rnnStep(p: CellWeights, x: readonly number[], [h]: number[][], phi: Phi = Math.tanh): number[][] {
  const [a, u] = sums(p, x, h);
  return [h.map((_, j) => phi(a[j] + u[j], j))];
}

/** Gates z, r, n. */
export function gruStep(p: CellWeights, x: readonly number[], [h]: number[][], phi: Phi = Math.tanh): number[][] {
  const [a, u] = sums(p, x, h);
  const H = h.length;
  return [
    h.map((old, j) => {
      const z = sigmoid(a[j] + u[j]);
      const r = sigmoid(a[H + j] + u[H + j]);
      const n = phi(a[2 * H + j] + r * (u[2 * H + j] + p.c![j]), j);
      return (1 - z) * n + z * old;
    }),
  ];
}

/** Gates i, o, f, c. */
export function lstmStep(
  p: CellWeights,
  x: readonly number[],
  [h, cell]: number[][],
  phi: Phi = Math.tanh,
): number[][] {
  const [a, u] = sums(p, x, h);
  const H = h.length;
  const sum = (gate: number, j: number): number => a[gate * H + j] + u[gate * H + j];
  const next = cell.map((old, j) => sigmoid(sum(2, j)) * old + sigmoid(sum(0, j)) * phi(sum(3, j), j));
  const shown = p.gainC ? normalise(next, p.gainC, p.biasC) : next;
  return [shown.map((value, j) => sigmoid(sum(1, j)) * phi(value, j)), next];
}

/** Gates i, o, f, c; the states are h, c, n and m. */
export function slstmStep(p: CellWeights, x: readonly number[], states: number[][], phi: Phi = Math.tanh): number[][] {
  const [h, cell, count, scale] = states;
  const [a, u] = sums(p, x, h);
  const H = h.length;
  const units = h.map((_, j) => {
    const [i, o, f, g] = [0, 1, 2, 3].map((gate) => a[gate * H + j] + u[gate * H + j]);
    const m = Math.ceil(Math.max(Math.log(sigmoid(f)) + scale[j], i));
    const keep = sigmoid(f) * Math.exp(scale[j] - m);
    const c = keep * cell[j] + Math.exp(i - m) * phi(g, j);
    const n = keep * count[j] + Math.exp(i - m);
    return [(sigmoid(o) * c) / Math.max(n, 1e-6), c, n, m];
  });
  return [0, 1, 2, 3].map((state) => units.map((unit) => unit[state]));
}

export const cellSteps = { rnn: rnnStep, gru: gruStep, lstm: lstmStep, slstm: slstmStep } as const;
