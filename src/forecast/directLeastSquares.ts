import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { LagWindow } from './lagWindow.js';

export interface DirectLeastSquaresOptions {
  readonly width: number; // regressors
  readonly horizon: number; // steps
  readonly forgetting: number; // λ in (0, 1]
  readonly ridge: number; // the prior: weights of variance 1/ridge, in the unit of x
  readonly rebuilt?: number; // the first so many regressors of a row that waits are not kept: a LagWindow forms them again
  readonly clip: number; // errors are clipped at this many times their running mean
}

const prior = 0.1; // of the first variance: a direction that has grown back so far is not forgotten further
const errorFloor = 1e-3; // of the unit: an error scale of 0 would stop the learning after a constant start
const scratch = new Float64Array(1024); // written before it is read, within one call
const whole = new Float64Array(1024); // a row, likewise

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
  readonly #rebuilt: number;
  readonly #kept: number; // the other regressors
  readonly #state: Float32Array; // U, D, W, X, K, isWaiting, error, one after the other: an array object of each costs as much as small ones hold
  readonly #D: number; // where in it each begins; U, without its diagonal, at 0: column j at j(j−1)/2, j entries
  readonly #W: number; // [horizon, width]
  readonly #X: number; // [horizon, kept], of the rows that wait
  readonly #K: number; // [horizon, width], their gains
  readonly #isWaiting: number; // [horizon] 1 where a row waits
  readonly #error: number; // [horizon] running mean |error|, 0 before the first
  #slot = 0;

  /** @throws {RangeError} for more regressors than there is room for. */
  constructor(options: DirectLeastSquaresOptions) {
    const { width, horizon, ridge, rebuilt = 0 } = options;
    if (width > scratch.length)
      throw new RangeError(`DirectLeastSquares: at most ${scratch.length} regressors, got ${width}`);
    this.#options = options;
    this.width = width;
    this.horizon = horizon;
    this.#rebuilt = rebuilt;
    this.#kept = width - rebuilt;
    this.#D = (width * (width - 1)) / 2;
    this.#W = this.#D + width;
    this.#X = this.#W + horizon * width;
    this.#K = this.#X + horizon * this.#kept;
    this.#isWaiting = this.#K + horizon * width;
    this.#error = this.#isWaiting + horizon;
    this.#state = new Float32Array(this.#error + horizon).fill(1 / ridge, this.#D, this.#W);
  }

  /** Moves to the next tick, `skipped` ticks having been left out. */
  advance(skipped: number): void {
    for (let i = Math.min(skipped, this.horizon); i >= 0; i--) {
      this.#slot = this.#slot + 1 === this.horizon ? 0 : this.#slot + 1;
      if (i > 0) this.pass();
    }
  }

  /** Leaves this tick without a row. Call after `learn`, in place of `take`. */
  pass(): void {
    this.#state[this.#isWaiting + this.#slot] = 0;
  }

  /** Forgets the rows that wait. */
  drop(): void {
    this.#state.fill(0, this.#isWaiting, this.#error);
  }

  /** Teaches step h the label of the row taken h ticks ago, if there was one; `lagged` tells what was not kept of it. Call between `advance` and `take`. */
  learn(h: number, label: number, lagged?: LagWindow): void {
    const { width } = this;
    const rebuilt = this.#rebuilt;
    const state = this.#state;
    const slot = this.#slot >= h ? this.#slot - h : this.#slot - h + this.horizon;
    if (state[this.#isWaiting + slot] === 0) return;
    const w = this.#W + (h - 1) * width;
    const kept = this.#X + slot * this.#kept - rebuilt;
    const k = this.#K + slot * width;
    let sum = lagged ? lagged.dot(state, w, h) : 0;
    for (let i = rebuilt; i < width; i++) sum += state[w + i] * state[kept + i];
    const e = this.#clipped(this.#error + h - 1, label - sum);
    if (e !== 0) for (let i = 0; i < width; i++) state[w + i] += e * state[k + i];
  }

  /** Takes the row of this tick: its gain is formed, and it waits for its labels. */
  take(x: Float64Array): void {
    const { width } = this;
    const state = this.#state;
    const D = this.#D;
    const { forgetting, ridge } = this.#options;
    const most = prior / ridge;
    let alpha = forgetting;
    for (let j = 0, column = 0; j < width; column += j, j++) {
      let f = x[j];
      for (let i = 0; i < j; i++) f += state[column + i] * x[i];
      const v = state[D + j] * f;
      const before = alpha;
      alpha += f * v;
      const d = state[D + j] * (before / alpha);
      state[D + j] = Math.max(1e-20, d / forgetting < most ? d / forgetting : d);
      scratch[j] = v;
      const p = -f / before;
      for (let i = 0; i < j; i++) {
        const u = state[column + i];
        const b = scratch[i];
        state[column + i] = u + b * p;
        scratch[i] = b + u * v;
      }
    }
    const K = this.#K + this.#slot * width;
    for (let i = 0; i < width; i++) state[K + i] = scratch[i] / alpha;
    const kept = this.#X + this.#slot * this.#kept - this.#rebuilt;
    for (let i = this.#rebuilt; i < width; i++) state[kept + i] = x[i];
    state[this.#isWaiting + this.#slot] = 1;
  }

  /** w_h·x for the row `x` taken last. */
  answer(h: number, x: Float64Array = whole): number {
    this.#complete(x);
    return this.#dot(h);
  }

  /** Writes `answer(h)` for h = 1…horizon to out[at + h − 1]: four sums at a time, none of which waits for the others. */
  answers(out: Float64Array, at: number, x: Float64Array = whole): void {
    this.#complete(x);
    const { width, horizon } = this;
    const state = this.#state;
    let h = 0;
    for (; h + 4 <= horizon; h += 4) {
      const w0 = this.#W + h * width;
      const w1 = w0 + width;
      const w2 = w1 + width;
      const w3 = w2 + width;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let i = 0; i < width; i++) {
        const value = whole[i];
        s0 += state[w0 + i] * value;
        s1 += state[w1 + i] * value;
        s2 += state[w2 + i] * value;
        s3 += state[w3 + i] * value;
      }
      out[at + h] = s0;
      out[at + h + 1] = s1;
      out[at + h + 2] = s2;
      out[at + h + 3] = s3;
    }
    for (; h < horizon; h++) out[at + h] = this.#dot(h + 1);
  }

  /** Expresses everything in a unit `ratio` times as large; the regressors from `fixedFrom` on (constants, calendar) have none. */
  rescale(ratio: number, fixedFrom: number): void {
    const { width } = this;
    const state = this.#state;
    for (let j = 0, column = 0; j < width; column += j, j++) {
      if (j >= fixedFrom) for (let i = 0; i < Math.min(j, fixedFrom); i++) state[column + i] *= ratio;
      else state[this.#D + j] = Math.min(state[this.#D + j] * ratio * ratio, 1 / this.#options.ridge);
    }
    for (let at = 0; at < this.horizon * width; at++) {
      if (at % width >= fixedFrom) state[this.#W + at] /= ratio;
      else state[this.#K + at] *= ratio;
    }
    for (let at = 0; at < this.horizon * this.#kept; at++)
      if (this.#rebuilt + (at % this.#kept) < fixedFrom) state[this.#X + at] /= ratio;
    for (let h = 0; h < this.horizon; h++) state[this.#error + h] /= ratio;
  }

  save(writer: SnapshotWriter): void {
    writer.f64(this.#slot);
    writer.f32s(this.#state);
  }

  load(reader: SnapshotReader): void {
    this.#slot = reader.f64();
    this.#state.set(reader.f32s());
  }

  /** Forms the row taken last, from `x` and what is kept of it. */
  #complete(x: Float64Array): void {
    const kept = this.#X + this.#slot * this.#kept - this.#rebuilt;
    for (let i = 0; i < this.#rebuilt; i++) whole[i] = x[i];
    for (let i = this.#rebuilt; i < this.width; i++) whole[i] = this.#state[kept + i];
  }

  #dot(h: number): number {
    const w = this.#W + (h - 1) * this.width;
    let sum = 0;
    for (let i = 0; i < this.width; i++) sum += this.#state[w + i] * whole[i];
    return sum;
  }

  /** The error within `clip` times its running mean, which it moves. */
  #clipped(at: number, error: number): number {
    const size = Math.abs(error);
    const mean = this.#state[at];
    if (!(size < 1e30)) return 0;
    const known = Math.max(mean === 0 ? size : mean, errorFloor);
    this.#state[at] = mean === 0 ? size : 0.99 * mean + 0.01 * Math.min(size, 10 * known);
    const most = this.#options.clip * known;
    return Math.min(most, Math.max(-most, error));
  }
}
