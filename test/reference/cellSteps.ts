/** Plain loops for one row, from the formulas, with weights W [I, gates·H], R [H, gates·H], b [gates·H], row-major. */
export interface CellWeights {
  readonly W: ArrayLike<number>;
  readonly R: ArrayLike<number>;
  readonly b: ArrayLike<number>;
  readonly c?: ArrayLike<number>; // GRU only
}

const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));

/** (v·M)[column] of a matrix with `width` columns. */
function product(v: ArrayLike<number>, M: ArrayLike<number>, width: number, column: number): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += v[i] * M[i * width + column];
  return sum;
}

export function rnnStep({ W, R, b }: CellWeights, x: readonly number[], [h]: number[][]): number[][] {
  return [h.map((_, j) => Math.tanh(product(x, W, h.length, j) + product(h, R, h.length, j) + b[j]))];
}

/** Gates z, r, n. */
export function gruStep({ W, R, b, c }: CellWeights, x: readonly number[], [h]: number[][]): number[][] {
  const H = h.length;
  const fromX = (gate: number, j: number): number => product(x, W, 3 * H, gate * H + j) + b[gate * H + j];
  const fromH = (gate: number, j: number): number => product(h, R, 3 * H, gate * H + j);
  return [
    h.map((old, j) => {
      const z = sigmoid(fromX(0, j) + fromH(0, j));
      const r = sigmoid(fromX(1, j) + fromH(1, j));
      const n = Math.tanh(fromX(2, j) + r * (fromH(2, j) + c![j]));
      return (1 - z) * n + z * old;
    }),
  ];
}

/** Gates i, o, f, c. */
export function lstmStep({ W, R, b }: CellWeights, x: readonly number[], [h, cell]: number[][]): number[][] {
  const H = h.length;
  const sum = (gate: number, j: number): number =>
    product(x, W, 4 * H, gate * H + j) + product(h, R, 4 * H, gate * H + j) + b[gate * H + j];
  const next = cell.map((old, j) => sigmoid(sum(2, j)) * old + sigmoid(sum(0, j)) * Math.tanh(sum(3, j)));
  return [next.map((value, j) => sigmoid(sum(1, j)) * Math.tanh(value)), next];
}

export const cellSteps = { rnn: rnnStep, gru: gruStep, lstm: lstmStep } as const;
