import { narrow } from '../series/bounded.js';
import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import { type LearnedSteps, learnedSteps } from './learnedSteps.js';
import { ticksPerScore } from './scoringTurns.js';
import { WaitingRows } from './waitingRows.js';

const memory = 200; // values the size of an error looks back on
const usual = 0.9995; // δ
const largest = 1e17; // regret: its square is a float32 still

export interface BlendOptions {
  readonly experts: number;
  readonly horizon: number; // steps
  readonly softness: readonly number[]; // c, one mixture each
  readonly discounts?: readonly number[]; // δ of each mixture
}

/**
 * Mixes experts by what they lost, with weights for each horizon step that is learned (LearnedSteps): ML-Poly (Gaillard, Stoltz & van Erven 2014) with the
 * gradient trick. When the value y of an issued mixture ŷ arrives, and not before,
 *
 *     g = clip((ŷ − y) / cσ, ±1)      r_e = g·(ŷ − f_e)      R_e ← δR_e + r_e      V_e ← δV_e + r_e²      w_e ∝ max(R_e, 0) / V_e
 *
 * g is the gradient of the Huber loss; σ is the running mean of |ŷ − y| at this step. Softness c = 0 makes it the sign, the gradient
 * of the absolute loss: that mixture aims at the median. A large c aims at the mean. Equal weights while no expert is ahead of the
 * mixture. For δ = 1 the regret against the best expert, and against the best fixed mixture, is O(√(T·E)) on any sequence, √h times
 * that for a delay of h, and nothing has to be tuned; δ below 1 forgets which expert was good long ago. Units cancel.
 */
export class Blend {
  readonly experts: number;
  readonly horizon: number;
  readonly #softness: readonly number[];
  readonly #learned: LearnedSteps;
  readonly #discounts: readonly number[];
  readonly #farDiscounts: readonly number[]; // δ of the steps that are not scored on every tick
  readonly #waiting: WaitingRows; // the experts' forecasts and the mixtures
  readonly #state: Float32Array; // R, V and weights [mixtures, steps, experts], σ and count [mixtures, steps]
  readonly #squares: number; // where in it V begins; R at 0
  readonly #weights: number;
  readonly #size: number; // σ
  readonly #count: number;

  constructor({ experts, horizon, softness, discounts = softness.map(() => usual) }: BlendOptions) {
    this.#learned = learnedSteps(horizon);
    const rows = softness.length * this.#learned.steps.length;
    this.experts = experts;
    this.horizon = horizon;
    this.#softness = softness;
    this.#discounts = discounts;
    this.#farDiscounts = discounts.map((discount) => discount ** ticksPerScore(Number.POSITIVE_INFINITY));
    this.#waiting = new WaitingRows(this.#learned.steps, experts + softness.length);
    this.#squares = rows * experts;
    this.#weights = 2 * rows * experts;
    this.#size = 3 * rows * experts;
    this.#count = this.#size + rows;
    this.#state = new Float32Array(this.#count + rows).fill(1 / experts, this.#weights, this.#size);
  }

  /**
   * Moves to the next tick, `skipped` ticks having been left out, and learns from its value (NaN: none). Values and forecasts wait
   * as float32 distances from `anchor`, a number near them that never changes.
   */
  learn(y: number, anchor: number, skipped: number): void {
    this.#waiting.advance(skipped);
    const { data, width } = this.#waiting;
    const { due } = this.#waiting.now;
    const actual = y - anchor;
    const rows = this.#learned.steps.length;
    for (let r = 0; r < rows; r++) {
      const row = due[r] * width;
      if (row < 0) continue;
      if (!Number.isNaN(actual - data[row]))
        for (let m = 0; m < this.#softness.length; m++) this.#update(m, r, row, actual);
      this.#waiting.empty(row);
    }
  }

  /** Drops what waits: no value will come for it. */
  drop(): void {
    this.#waiting.clear();
  }

  /** Remembers `forecasts` [experts, horizon] until their values arrive, and their mixtures, which the caller may have from `mix` [mixtures, horizon]. */
  issue(forecasts: Float64Array, anchor: number, mixtures = this.#mixtures(forecasts)): void {
    const { experts, horizon } = this;
    const { data, width } = this.#waiting;
    const { slot } = this.#waiting.now;
    const { steps } = this.#learned;
    for (let r = 0; r < steps.length; r++) {
      const row = slot[r] * width;
      if (row < 0) continue;
      const h = steps[r];
      for (let e = 0; e < experts; e++) data[row + e] = narrow(forecasts[e * horizon + h - 1] - anchor);
      for (let m = 0; m < this.#softness.length; m++) {
        data[row + experts + m] = narrow(mixtures[m * horizon + h - 1] - anchor);
      }
    }
  }

  /** Keeps a share of what was learned: weights stay, and new losses move them the faster. With 0 they are equal again. */
  fade(keep: number): void {
    for (let k = 0; k < this.#weights; k++) this.#state[k] *= keep;
    const rows = (this.#size - this.#weights) / this.experts;
    for (let at = 0; at < rows; at++) this.#weigh(at);
  }

  /** Writes mixture `mixture` of `forecasts` [experts, horizon] to out[at…]. */
  mix(forecasts: Float64Array, mixture: number, out: Float64Array, at: number): void {
    const { experts, horizon } = this;
    const state = this.#state;
    const { rowOf, share, steps } = this.#learned;
    const first = this.#weights + mixture * steps.length * experts;
    const end = experts * horizon;
    for (let i = 0; i < horizon; i++) {
      const on = share[i];
      let w = first + rowOf[i] * experts;
      let sum = 0;
      let total = 0;
      if (on === 0) {
        for (let from = i; from < end; from += horizon, w++) {
          const weight = state[w];
          sum += weight * forecasts[from];
          total += weight;
        }
      } else {
        for (let from = i; from < end; from += horizon, w++) {
          const low = state[w];
          const weight = low + on * (state[w + experts] - low); // `between`, which costs a call
          sum += weight * forecasts[from];
          total += weight;
        }
      }
      out[at + i] = sum / total;
    }
  }

  /** Writes the weights of the experts in a mixture at horizon step h to out[at…]: 0…1, and they sum to 1. */
  weights(mixture: number, h: number, out: Float64Array, at: number): void {
    const { rowOf, share, steps } = this.#learned;
    const from = this.#weights + (mixture * steps.length + rowOf[h - 1]) * this.experts;
    let total = 0;
    for (let e = 0; e < this.experts; e++) total += out[at + e] = this.#between(from + e, this.experts, share[h - 1]);
    for (let e = 0; e < this.experts; e++) out[at + e] /= total;
  }

  /** The running mean of |ŷ − y| of a mixture at step h; 0 before the first. */
  size(mixture: number, h: number): number {
    const { rowOf, share, steps } = this.#learned;
    const at = this.#size + mixture * steps.length + rowOf[h - 1];
    const isKnown = this.#state[at] > 0 && (share[h - 1] === 0 || this.#state[at + 1] > 0);
    return isKnown ? this.#between(at, 1, share[h - 1]) : 0;
  }

  save(writer: SnapshotWriter): void {
    this.#waiting.save(writer);
    writer.f32s(this.#state.subarray(0, this.#weights));
    writer.f32s(this.#state.subarray(this.#size));
  }

  load(reader: SnapshotReader): void {
    this.#waiting.load(reader);
    this.#state.set(reader.f32s());
    this.#state.set(reader.f32s(), this.#size);
    for (let at = 0; at < this.#softness.length * this.#learned.steps.length; at++) this.#weigh(at);
  }

  #mixtures(forecasts: Float64Array): Float64Array {
    const mixtures = new Float64Array(this.#softness.length * this.horizon);
    for (let m = 0; m < this.#softness.length; m++) this.mix(forecasts, m, mixtures, m * this.horizon);
    return mixtures;
  }

  /** What lies `share` of the way from the number at `at` to the one `stride` further on. */
  #between(at: number, stride: number, share: number): number {
    const low = this.#state[at];
    return share === 0 ? low : low + share * (this.#state[at + stride] - low);
  }

  #update(mixture: number, r: number, row: number, actual: number): void {
    const { experts } = this;
    const { data } = this.#waiting;
    const state = this.#state;
    const V = this.#squares;
    const own = data[row + experts + mixture];
    const at = mixture * this.#learned.steps.length + r;
    const gradient = this.#gradient(at, own - actual, this.#softness[mixture]);
    const from = at * experts;
    const discounts = ticksPerScore(this.#learned.steps[r]) === 1 ? this.#discounts : this.#farDiscounts;
    const discount = discounts[mixture];
    for (let e = 0, k = from; e < experts; e++, k++) {
      const regret = Math.min(largest, Math.max(-largest, gradient * (own - data[row + e])));
      state[k] = discount * state[k] + regret;
      state[V + k] = discount * state[V + k] + regret * regret;
    }
    this.#weigh(at);
  }

  /** Sets the weights of row `at` from its R and V: they are not part of a snapshot. */
  #weigh(at: number): void {
    const state = this.#state;
    const end = (at + 1) * this.experts;
    let sum = 0;
    for (let k = end - this.experts; k < end; k++) {
      const regrets = state[k];
      const squares = state[this.#squares + k];
      const gained = 0.5 * (regrets + Math.abs(regrets)); // max(R, 0), which would branch: no processor foresees the sign of a regret
      let weight = squares > 0 ? gained / squares : 0;
      if (weight > 1e30) weight = 1e30;
      state[this.#weights + k] = weight;
      sum += weight;
    }
    for (let k = this.#weights + end - this.experts; k < this.#weights + end; k++)
      state[k] = sum === 0 ? 1 / this.experts : state[k] / sum;
  }

  #gradient(at: number, error: number, softness: number): number {
    const state = this.#state;
    const n = Math.min(state[this.#count + at] + 1, memory);
    state[this.#count + at] = n;
    const before = state[this.#size + at];
    state[this.#size + at] = before + (Math.min(largest, Math.abs(error)) - before) / n;
    const most = softness * state[this.#size + at];
    return Math.abs(error) < most ? error / most : Math.sign(error);
  }
}
