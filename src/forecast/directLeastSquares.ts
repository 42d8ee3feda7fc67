import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { LagWindow } from './lagWindow.js';
import { kernel, padded4, reserve } from './leastSquaresKernel.js';

export interface DirectLeastSquaresOptions {
  readonly width: number; // regressors
  readonly horizon: number; // steps
  readonly forgetting: number; // λ in (0, 1]
  readonly ridge: number; // the prior: weights of variance 1/ridge, in the unit of x
  readonly rebuilt?: number; // the first so many regressors of a row that waits are not kept: a LagWindow forms them again
  readonly clip: number; // errors are clipped at this many times their running mean
}

const mostRegressors = 1024;
const prior = 0.1; // of the first variance: a direction that has grown back so far is not forgotten further

/**
 * Recursive least squares for all horizon steps at once. The regressors x(t) are the same for every step, so one covariance
 * serves all; step h learns from row x(t−h) when its label arrives at t, with the gain of that row, which needs no label:
 *
 *     k(s) = P·x(s) / (λ + x(s)ᵀ·P·x(s))          at s, P from the rows up to s
 *     w_h ← w_h + k(t−h)·clip(label_h(t) − w_h·x(t−h))    at t
 *
 * That is exact RLS for every h. P = U·D·Uᵀ with U unit upper triangular is kept factored (Bierman 1976): it stays positive
 * definite in float32, and forgetting is D/λ, in each direction only up to a tenth of its prior, so quiet stretches cannot wind
 * it up. Rows wait in float32, as do U, D and w: state and snapshot are the same bits.
 *
 * A pass costs about 1.5·width² + 3·horizon·width multiplications, done in WebAssembly four at a time (leastSquaresKernel).
 */
export class DirectLeastSquares {
  readonly width: number;
  readonly horizon: number;
  readonly #options: DirectLeastSquaresOptions;
  readonly #layout: Layout;
  readonly #state: Float32Array; // as #layout has it: an array object of each part costs as much as small ones hold
  #slot = 0;

  /** @throws {RangeError} for more regressors than there is room for. */
  constructor(options: DirectLeastSquaresOptions) {
    const { width, horizon, ridge, rebuilt = 0 } = options;
    if (width > mostRegressors)
      throw new RangeError(`DirectLeastSquares: at most ${mostRegressors} regressors, got ${width}`);
    this.#options = options;
    this.width = width;
    this.horizon = horizon;
    this.#layout = layoutOf(width, rebuilt, horizon);
    const { D, W, end } = this.#layout;
    this.#state = new Float32Array(end).fill(1 / ridge, D, W);
  }

  /** Moves to the next tick, `skipped` ticks having been left out. */
  advance(skipped: number): void {
    for (let i = Math.min(skipped, this.horizon); i >= 0; i--) {
      this.#slot = this.#slot + 1 === this.horizon ? 0 : this.#slot + 1;
      if (i > 0) this.pass();
    }
  }

  /** Leaves this tick without a row, in place of `step`. */
  pass(): void {
    this.#state[this.#layout.waits + this.#slot] = 0;
  }

  /** Forgets the rows that wait. */
  drop(): void {
    const { waits } = this.#layout;
    this.#state.fill(0, waits, waits + this.horizon);
  }

  /**
   * Teaches each step h its label, labels[h−1], of the row taken h ticks ago, where there is one; NaN teaches nothing. `lagged` was filled, and
   * forms again what was not kept of these rows. Then takes `x`, the row of this tick: its gain is formed, it waits for its labels, and
   * `answers` tells of it.
   */
  step(labels: Float64Array, x: Float64Array, lagged?: LagWindow): void {
    const { width, horizon } = this;
    const state = this.#state;
    const { forgetting, ridge, clip } = this.#options;
    const layout = this.#layout;
    const { rebuilt, padded, D, W, error, answers, waits, K, X } = layout;
    const { numbers, at } = kernel;
    const slot = this.#slot;
    const begin = 4 * at.state;
    numbers.set(state, at.state);
    for (let h = 0; h < horizon; h++) numbers[at.labels + h] = labels[h];
    for (let i = width; i < padded; i++) numbers[at.x + i] = 0;
    lagged?.putPlaces();
    kernel.learnAll(
      begin + 4 * W,
      begin + 4 * K,
      begin + 4 * X,
      begin + 4 * waits,
      begin + 4 * error,
      4 * at.labels,
      4 * at.z,
      4 * at.places,
      4 * at.x,
      width,
      rebuilt,
      horizon,
      slot,
      clip,
    );
    for (let i = 0; i < width; i++) numbers[at.x + i] = x[i];
    kernel.take(begin, begin + 4 * D, 4 * at.x, width, 4 * at.gain, forgetting, prior / ridge);
    kernel.answer(begin + 4 * W, 4 * at.x, width, begin + 4 * answers, horizon);
    state.set(changed(layout));
    for (let i = 0, k = K + slot * padded; i < padded; i++, k++) state[k] = numbers[at.gain + i];
    for (let i = rebuilt, k = X + slot * (width - rebuilt); i < width; i++, k++) state[k] = x[i];
    state[waits + slot] = 1;
  }

  /** Writes w_h·x for h = 1…horizon to out[at + h − 1], of the row taken last. */
  answers(out: Float64Array, at: number): void {
    const { answers } = this.#layout;
    for (let h = 0; h < this.horizon; h++) out[at + h] = this.#state[answers + h];
  }

  /** Expresses everything in a unit `ratio` times as large; the regressors from `fixedFrom` on (constants, calendar) have none. */
  rescale(ratio: number, fixedFrom: number): void {
    const { width, horizon } = this;
    const state = this.#state;
    const { rebuilt, padded, D, W, error, K, X } = this.#layout;
    for (let j = 0, column = 0; j < width; column += padded4(j), j++) {
      if (j >= fixedFrom) for (let i = 0; i < Math.min(j, fixedFrom); i++) state[column + i] *= ratio;
      else state[D + j] = Math.min(state[D + j] * ratio * ratio, 1 / this.#options.ridge);
    }
    for (let at = 0; at < horizon * padded; at++) {
      if (at % padded >= fixedFrom) state[W + at] /= ratio;
      else state[K + at] *= ratio;
    }
    const kept = width - rebuilt;
    for (let at = 0; at < horizon * kept; at++) if (rebuilt + (at % kept) < fixedFrom) state[X + at] /= ratio;
    for (let h = 0; h < horizon; h++) state[error + h] /= ratio;
  }

  save(writer: SnapshotWriter): void {
    writer.f64(this.#slot);
    writer.f32s(this.#state);
  }

  load(reader: SnapshotReader): void {
    this.#slot = reader.f64();
    this.#state.set(reader.f32s());
  }
}

/** Where each part of the state begins. Rows of W and K, and columns of U, are padded to a multiple of four numbers. */
interface Layout {
  readonly rebuilt: number;
  readonly padded: number; // width
  readonly D: number; // U, without its diagonal, at 0: column j has j numbers
  readonly W: number; // [horizon, width]
  readonly error: number; // [horizon] running mean |error|, 0 before the first
  readonly answers: number; // [horizon] of the row taken last
  readonly waits: number; // [horizon] 1 where a row waits
  readonly K: number; // [horizon, width], the gains of the rows that wait
  readonly X: number; // [horizon, width − rebuilt], what is kept of them
  readonly end: number;
  changed: Float32Array;
  generation: number; // of the kernel's memory that `changed` is a part of
}

const known = new Map<string, Layout>(); // the same for many series

function layoutOf(width: number, rebuilt: number, horizon: number): Layout {
  const key = `${width} ${rebuilt} ${horizon}`;
  let layout = known.get(key);
  if (!layout) known.set(key, (layout = newLayout(width, rebuilt, horizon)));
  return layout;
}

function newLayout(width: number, rebuilt: number, horizon: number): Layout {
  const padded = padded4(width);
  let D = 0;
  for (let j = 0; j < width; j++) D += padded4(j);
  const W = D + width;
  const error = W + horizon * padded;
  const answers = error + horizon;
  const waits = answers + horizon;
  const K = waits + horizon;
  const X = K + horizon * padded;
  const end = X + horizon * (width - rebuilt);
  reserve('state', end);
  for (const area of ['x', 'gain', 'places'] as const) reserve(area, padded);
  reserve('labels', horizon);
  return { rebuilt, padded, D, W, error, answers, waits, K, X, end, changed: new Float32Array(0), generation: 0 };
}

/** What `step` changes throughout, as it is in the kernel: all before `waits`. */
function changed(layout: Layout): Float32Array {
  if (layout.generation !== kernel.generation) {
    layout.generation = kernel.generation;
    layout.changed = kernel.numbers.subarray(kernel.at.state, kernel.at.state + layout.waits);
  }
  return layout.changed;
}
