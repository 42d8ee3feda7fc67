import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import { ticksPerScore } from './scoringTurns.js';
import { WaitingRows } from './waitingRows.js';

const memory = 200; // values the size of an error looks back on
const largest = 1e17; // regret: its square is a float32 still

export interface BlendOptions {
  readonly experts: number;
  readonly horizon: number; // steps
  readonly softness: readonly number[]; // c, one mixture each
  readonly discount?: number; // δ
}

/**
 * Mixes experts by what they lost, with weights for each horizon step: ML-Poly (Gaillard, Stoltz & van Erven 2014) with the
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
  readonly #discount: number;
  readonly #waiting: WaitingRows; // the experts' forecasts and the mixtures
  readonly #regret: Float32Array; // [mixtures, horizon, experts]
  readonly #squares: Float32Array;
  readonly #weights: Float32Array;
  readonly #size: Float32Array; // σ [mixtures, horizon]
  readonly #count: Float32Array;

  constructor({ experts, horizon, softness, discount = 0.9995 }: BlendOptions) {
    const rows = softness.length * horizon;
    this.experts = experts;
    this.horizon = horizon;
    this.#softness = softness;
    this.#discount = discount;
    this.#waiting = new WaitingRows(horizon, experts + softness.length);
    this.#regret = new Float32Array(rows * experts);
    this.#squares = new Float32Array(rows * experts);
    this.#weights = new Float32Array(rows * experts).fill(1);
    this.#size = new Float32Array(rows);
    this.#count = new Float32Array(rows);
  }

  /**
   * Moves to the next tick, `skipped` ticks having been left out, and learns from its value (NaN: none). Values and forecasts wait
   * as float32 distances from `anchor`, a number near them that never changes.
   */
  learn(y: number, anchor: number, skipped: number): void {
    this.#waiting.advance(skipped);
    const { data } = this.#waiting;
    const actual = y - anchor;
    for (let h = 1; h <= this.horizon; h++) {
      const row = this.#waiting.due(h);
      if (row < 0) continue;
      if (!Number.isNaN(actual - data[row]))
        for (let m = 0; m < this.#softness.length; m++) this.#update(m, h, row, actual);
      this.#waiting.empty(row);
    }
  }

  /** Drops what waits: no value will come for it. */
  drop(): void {
    this.#waiting.clear();
  }

  /** Remembers `forecasts` [experts, horizon] and their mixtures until their values arrive. */
  issue(forecasts: Float64Array, anchor: number): void {
    const { experts, horizon } = this;
    const { data } = this.#waiting;
    for (let h = 1; h <= horizon; h++) {
      const row = this.#waiting.slot(h);
      if (row < 0) continue;
      for (let e = 0; e < experts; e++) data[row + e] = narrow(forecasts[e * horizon + h - 1] - anchor);
      for (let m = 0; m < this.#softness.length; m++)
        data[row + experts + m] = narrow(this.#mixed(forecasts, m, h) - anchor);
    }
  }

  /** Writes mixture `mixture` of `forecasts` [experts, horizon] to out[at…]. */
  mix(forecasts: Float64Array, mixture: number, out: Float64Array, at: number): void {
    for (let h = 1; h <= this.horizon; h++) out[at + h - 1] = this.#mixed(forecasts, mixture, h);
  }

  /** The weight of an expert in a mixture at horizon step h, 0…1; those of a step sum to 1. */
  weight(mixture: number, expert: number, h: number): number {
    const from = (mixture * this.horizon + h - 1) * this.experts;
    const weights = this.#weights.subarray(from, from + this.experts);
    return weights[expert] / weights.reduce((sum, weight) => sum + weight, 0);
  }

  /** The running mean of |ŷ − y| of a mixture at step h; 0 before the first. */
  size(mixture: number, h: number): number {
    return this.#size[mixture * this.horizon + h - 1];
  }

  save(writer: SnapshotWriter): void {
    this.#waiting.save(writer);
    for (const values of this.#arrays()) writer.f32s(values);
  }

  load(reader: SnapshotReader): void {
    this.#waiting.load(reader);
    for (const values of this.#arrays()) values.set(reader.f32s());
  }

  #arrays(): readonly Float32Array[] {
    return [this.#regret, this.#squares, this.#weights, this.#size, this.#count];
  }

  #mixed(forecasts: Float64Array, mixture: number, h: number): number {
    let sum = 0;
    let total = 0;
    for (let e = 0, w = (mixture * this.horizon + h - 1) * this.experts; e < this.experts; e++, w++) {
      const weight = this.#weights[w];
      if (weight === 0) continue;
      sum += weight * forecasts[e * this.horizon + h - 1];
      total += weight;
    }
    return sum / total;
  }

  #update(mixture: number, h: number, row: number, actual: number): void {
    const { experts } = this;
    const { data } = this.#waiting;
    const own = data[row + experts + mixture];
    const at = mixture * this.horizon + h - 1;
    const gradient = this.#gradient(at, own - actual, this.#softness[mixture]);
    const from = at * experts;
    const discount = this.#discount ** ticksPerScore(h);
    let sum = 0;
    for (let e = 0, k = from; e < experts; e++, k++) {
      const regret = Math.min(largest, Math.max(-largest, gradient * (own - data[row + e])));
      const R = discount * this.#regret[k] + regret;
      const V = discount * this.#squares[k] + regret * regret;
      const weight = R > 0 && V > 0 ? Math.min(1e30, R / V) : 0;
      this.#regret[k] = R;
      this.#squares[k] = V;
      this.#weights[k] = weight;
      sum += weight;
    }
    if (sum === 0) this.#weights.fill(1, from, from + experts);
  }

  #gradient(at: number, error: number, softness: number): number {
    const n = Math.min(this.#count[at] + 1, memory);
    this.#count[at] = n;
    this.#size[at] += (Math.min(largest, Math.abs(error)) - this.#size[at]) / n;
    const most = softness * this.#size[at];
    return Math.abs(error) < most ? error / most : Math.sign(error);
  }
}

const narrow = (value: number): number => Math.min(3e38, Math.max(-3e38, value));
