import type { Rows } from './deviceNetwork.js';

/** Rows as integers: weight = w·m·2^−(q+1), biases with q fraction bits. */
export interface IntegerRows {
  readonly count: number;
  readonly inputs: number;
  readonly w: Int8Array; // [count, inputs]
  readonly m: Uint16Array;
  readonly bias: Int32Array;
}

const mostFraction = 22;

/**
 * Each row gets the finest scale m·2^−(q+1), m whole, that its largest weight allows. What rounding takes from the row on
 * average over inputs of mean `means` is given back to its bias.
 */
export function quantiseRows(rows: Rows, q: number, means?: ArrayLike<number>): IntegerRows {
  const { count, inputs } = rows;
  const w = new Int8Array(count * inputs);
  const m = new Uint16Array(count);
  const bias = new Int32Array(count);
  for (let n = 0; n < count; n++) {
    const row = rows.w.subarray(n * inputs, (n + 1) * inputs);
    m[n] = Math.max(1, Math.ceil((largest(row) / 127) * 2 ** (q + 1)));
    const scale = m[n] * 2 ** -(q + 1);
    let lost = 0;
    for (let i = 0; i < inputs; i++) {
      const rounded = Math.round(row[i] / scale);
      w[n * inputs + i] = rounded;
      lost += (row[i] - rounded * scale) * (means?.[i] ?? 0);
    }
    bias[n] = Math.round((rows.bias[n] + lost) * 2 ** q);
  }
  return { count, inputs, w, m, bias };
}

/** Rows that are added up, with the largest size of what each of them reads. */
export interface Summand {
  readonly rows: Rows;
  readonly limit: number;
}

/**
 * Fraction bits with which every row has a scale and no sum can overflow 32 bits, whatever comes in: the most, at least
 * `least`; undefined when the weights are too large for that.
 */
export function fractionBits(summands: readonly Summand[], least: number): number | undefined {
  const size = summands.reduce((sum, { rows, limit }) => sum + reach(rows, limit), 0);
  const weight = Math.max(...summands.map(({ rows }) => largest(rows.w)));
  for (let q = mostFraction; q >= least; q--) {
    if (Math.ceil((weight / 127) * 2 ** (q + 1)) <= 65_535 && size * 2 ** q < 2 ** 30) return q;
  }
  return undefined;
}

/** The largest sum that a row can come to. */
function reach({ count, inputs, w, bias }: Rows, limit: number): number {
  let most = 0;
  for (let n = 0; n < count; n++) {
    let sum = Math.abs(bias[n]);
    for (let i = 0; i < inputs; i++) sum += Math.abs(w[n * inputs + i]) * limit;
    most = Math.max(most, sum);
  }
  return most;
}

const largest = (values: ArrayLike<number>): number => {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
};
