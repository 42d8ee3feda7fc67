import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';

export interface SmallLeastSquaresOptions {
  readonly width: number; // regressors
  readonly problems: number; // side by side, each with its own rows
  readonly forgetting: number; // λ in (0, 1]
  readonly ridge: number; // the prior: weights of variance 1/ridge, in the unit of x
  readonly clip: number; // errors are clipped at this many times their running mean
}

const most = 0.1; // of the first trace: P is not let grow back beyond it
const gain = new Float64Array(256); // written before it is read, within one call

/**
 * Recursive least squares for a few regressors, many problems side by side that share nothing:
 *
 *     k = P·x / (λ + xᵀ·P·x)      w ← w + k·clip(y − w·x)      P ← (P − k·xᵀ·P) / λ
 *
 * λ counts as 1 while trace(P) / λ exceeds a tenth of what it began with, so a quiet stretch cannot wind P up; P begins anew should xᵀ·P·x
 * turn negative. O(width²) a row. Allocates nothing.
 */
export class SmallLeastSquares {
  readonly width: number;
  readonly #options: SmallLeastSquaresOptions;
  readonly #stride: number;
  readonly #state: Float64Array; // a problem: w, P, running mean |error|

  constructor(options: SmallLeastSquaresOptions) {
    const { width, problems } = options;
    if (width > gain.length) throw new RangeError(`SmallLeastSquares: at most ${gain.length} regressors, got ${width}`);
    this.width = width;
    this.#options = options;
    this.#stride = width + width * width + 1;
    this.#state = new Float64Array(problems * this.#stride);
    for (let p = 0; p < problems; p++) this.#begin(p * this.#stride + width);
  }

  /** w·x of a problem, x = row[at…]. */
  answer(problem: number, row: Float64Array | Float32Array, at: number): number {
    const from = problem * this.#stride;
    let sum = 0;
    for (let i = 0; i < this.width; i++) sum += this.#state[from + i] * row[at + i];
    return sum;
  }

  /** Teaches a problem that `label` belongs to x = row[at…]. */
  learn(problem: number, row: Float64Array | Float32Array, at: number, label: number): void {
    const { width } = this;
    const { forgetting } = this.#options;
    const state = this.#state;
    const from = problem * this.#stride;
    const P = from + width;
    const error = this.#clipped(P + width * width, label - this.answer(problem, row, at));
    let size = 0; // xᵀ·P·x
    let trace = 0;
    for (let i = 0; i < width; i++) {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += state[P + i * width + j] * row[at + j];
      gain[i] = sum;
      size += sum * row[at + i];
      trace += state[P + i * width + i];
    }
    if (!(size >= 0 && size < 1e30)) {
      this.#begin(P);
      return;
    }
    const lambda = trace / forgetting > (most * width) / this.#options.ridge ? 1 : forgetting;
    const scale = 1 / (lambda + size);
    for (let i = 0; i < width; i++) state[from + i] += scale * gain[i] * error;
    for (let i = 0; i < width; i++)
      for (let j = 0; j < width; j++)
        state[P + i * width + j] = (state[P + i * width + j] - scale * gain[i] * gain[j]) / lambda;
  }

  /** Expresses labels in a unit `ratio` times as large. */
  rescale(ratio: number): void {
    for (let from = 0; from < this.#state.length; from += this.#stride) {
      for (let i = 0; i < this.width; i++) this.#state[from + i] /= ratio;
      this.#state[from + this.#stride - 1] /= ratio;
    }
  }

  save(writer: SnapshotWriter): void {
    writer.f64s(this.#state);
  }

  load(reader: SnapshotReader): void {
    this.#state.set(reader.f64s());
  }

  #begin(P: number): void {
    const { width } = this;
    this.#state.fill(0, P, P + width * width);
    for (let i = 0; i < width; i++) this.#state[P + i * width + i] = 1 / this.#options.ridge;
  }

  /** The error within `clip` times its running mean, which it moves. */
  #clipped(at: number, error: number): number {
    const size = Math.abs(error);
    if (!(size < 1e30)) return 0;
    const mean = this.#state[at];
    const known = Math.max(mean === 0 ? size : mean, 1e-3);
    this.#state[at] = mean === 0 ? size : 0.99 * mean + 0.01 * Math.min(size, 10 * known);
    return Math.min(this.#options.clip * known, Math.max(-this.#options.clip * known, error));
  }
}
