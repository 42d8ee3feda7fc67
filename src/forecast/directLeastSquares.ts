import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';

export interface DirectLeastSquaresOptions {
  readonly width: number; // regressors
  readonly horizon: number; // steps
  readonly forgetting: number; // λ in (0, 1]
  readonly ridge: number; // the prior: weights of variance 1/ridge, in the unit of x
  readonly clip: number; // errors are clipped at this many times their running mean
}

const prior = 0.1; // of the first variance: a direction that has grown back so far is not forgotten further
const errorFloor = 1e-3; // of the unit: an error scale of 0 would stop the learning after a constant start
const scratch = new Float64Array(1024); // written before it is read, within one call

/**
 * Recursive least squares for all horizon steps at once. The regressors x(t) are the same for every step, so one covariance
 * serves all; step h learns from row x(t−h) when its label arrives at t, with the gain of that row, which needs no label:
 *
 *     k(s) = P·x(s) / (λ + x(s)ᵀ·P·x(s))          at s, P from the rows up to s
 *     w_h ← w_h + k(t−h)·clip(label_h(t) − w_h·x(t−h))    at t
 *
 * That is exact RLS for every h. P = U·D·Uᵀ with U unit upper triangular is kept factored (Bierman 1976): it stays positive
 * definite in float32, and forgetting is D/λ, in each direction only up to a tenth of its prior, so quiet stretches cannot wind
 * it up. Rows wait in float32, as do U, D and w: h·width numbers each, state and snapshot are the same bits.
 *
 * A pass costs about 1.5·width² + 3·horizon·width multiplications. Allocates nothing.
 */
export class DirectLeastSquares {
  readonly width: number;
  readonly horizon: number;
  readonly #options: DirectLeastSquaresOptions;
  readonly #U: Float32Array; // columns without their diagonal: column j at j(j−1)/2, j entries
  readonly #D: Float32Array;
  readonly #W: Float32Array; // [horizon, width]
  readonly #X: Float32Array; // [horizon, width], the rows that wait
  readonly #K: Float32Array; // their gains
  readonly #isWaiting: Float32Array; // [horizon] 1 where a row waits
  readonly #error: Float32Array; // [horizon] running mean |error|, 0 before the first
  #slot = 0;

  /** @throws {RangeError} for more regressors than there is room for. */
  constructor(options: DirectLeastSquaresOptions) {
    const { width, horizon, ridge } = options;
    if (width > scratch.length)
      throw new RangeError(`DirectLeastSquares: at most ${scratch.length} regressors, got ${width}`);
    this.#options = options;
    this.width = width;
    this.horizon = horizon;
    this.#U = new Float32Array((width * (width - 1)) / 2);
    this.#D = new Float32Array(width).fill(1 / ridge);
    this.#W = new Float32Array(horizon * width);
    this.#X = new Float32Array(horizon * width);
    this.#K = new Float32Array(horizon * width);
    this.#isWaiting = new Float32Array(horizon);
    this.#error = new Float32Array(horizon);
  }

  /** Moves to the next tick, `skipped` ticks having been left out. */
  advance(skipped: number): void {
    for (let i = Math.min(skipped, this.horizon); i >= 0; i--) {
      this.#slot = (this.#slot + 1) % this.horizon;
      if (i > 0) this.#isWaiting[this.#slot] = 0;
    }
  }

  /** Leaves this tick without a row. Call after `learn`, in place of `take`. */
  pass(): void {
    this.#isWaiting[this.#slot] = 0;
  }

  /** Forgets the rows that wait. */
  drop(): void {
    this.#isWaiting.fill(0);
  }

  /** Teaches step h the label of the row taken h ticks ago, if there was one. Call between `advance` and `take`. */
  learn(h: number, label: number): void {
    const { width, horizon } = this;
    const slot = (((this.#slot - h) % horizon) + horizon) % horizon;
    if (this.#isWaiting[slot] === 0) return;
    const row = slot * width;
    const w = (h - 1) * width;
    const e = this.#clipped(h - 1, label - this.#dot(w, row));
    if (e !== 0) for (let i = 0; i < width; i++) this.#W[w + i] += e * this.#K[row + i];
  }

  /** Takes the row of this tick: its gain is formed, and it waits for its labels. */
  take(x: Float64Array): void {
    const { width } = this;
    const row = this.#slot * width;
    const U = this.#U;
    const D = this.#D;
    const { forgetting, ridge } = this.#options;
    const most = prior / ridge;
    let alpha = forgetting;
    for (let j = 0, column = 0; j < width; column += j, j++) {
      let f = x[j];
      for (let i = 0; i < j; i++) f += U[column + i] * x[i];
      const v = D[j] * f;
      const before = alpha;
      alpha += f * v;
      const d = D[j] * (before / alpha);
      D[j] = Math.max(1e-20, d / forgetting < most ? d / forgetting : d);
      scratch[j] = v;
      const p = -f / before;
      for (let i = 0; i < j; i++) {
        const u = U[column + i];
        const b = scratch[i];
        U[column + i] = u + b * p;
        scratch[i] = b + u * v;
      }
    }
    for (let i = 0; i < width; i++) {
      this.#X[row + i] = x[i];
      this.#K[row + i] = scratch[i] / alpha;
    }
    this.#isWaiting[this.#slot] = 1;
  }

  /** w_h·x for the row taken last. */
  answer(h: number): number {
    return this.#dot((h - 1) * this.width, this.#slot * this.width);
  }

  /** Expresses everything in a unit `ratio` times as large; the regressors from `fixedFrom` on (constants, calendar) have none. */
  rescale(ratio: number, fixedFrom: number): void {
    const { width } = this;
    for (let j = 0, column = 0; j < width; column += j, j++) {
      if (j >= fixedFrom) for (let i = 0; i < Math.min(j, fixedFrom); i++) this.#U[column + i] *= ratio;
      else this.#D[j] = Math.min(this.#D[j] * ratio * ratio, 1 / this.#options.ridge);
    }
    for (let at = 0; at < this.#W.length; at++) if (at % width >= fixedFrom) this.#W[at] /= ratio;
    for (let at = 0; at < this.#X.length; at++) {
      if (at % width >= fixedFrom) continue;
      this.#X[at] /= ratio;
      this.#K[at] *= ratio;
    }
    for (let at = 0; at < this.#error.length; at++) this.#error[at] /= ratio;
  }

  save(writer: SnapshotWriter): void {
    writer.f64(this.#slot);
    for (const values of this.#arrays()) writer.f32s(values);
  }

  load(reader: SnapshotReader): void {
    this.#slot = reader.f64();
    for (const values of this.#arrays()) values.set(reader.f32s());
  }

  #arrays(): readonly Float32Array[] {
    return [this.#U, this.#D, this.#W, this.#X, this.#K, this.#isWaiting, this.#error];
  }

  #dot(w: number, x: number): number {
    const W = this.#W;
    const X = this.#X;
    let sum = 0;
    for (let i = 0; i < this.width; i++) sum += W[w + i] * X[x + i];
    return sum;
  }

  /** The error within `clip` times its running mean, which it moves. */
  #clipped(at: number, error: number): number {
    const size = Math.abs(error);
    const mean = this.#error[at];
    if (!(size < 1e30)) return 0;
    const known = Math.max(mean === 0 ? size : mean, errorFloor);
    this.#error[at] = mean === 0 ? size : 0.99 * mean + 0.01 * Math.min(size, 10 * known);
    const most = this.#options.clip * known;
    return Math.min(most, Math.max(-most, error));
  }
}
