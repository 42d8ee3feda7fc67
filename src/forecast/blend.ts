import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import { WaitingRows } from './waitingRows.js';

const memory = 200; // values the size of an error looks back on
const largest = 1e17; // regret: its square is a float32 still

export interface BlendOptions {
  readonly experts: number;
  readonly horizon: number; // steps
  readonly discount?: number; // δ
}

/**
 * Mixes experts by what they lost, with weights for each horizon step: ML-Poly (Gaillard, Stoltz & van Erven 2014) with the
 * gradient trick. When the value y of an issued mixture ŷ arrives, and not before,
 *
 *     g = clip((ŷ − y) / cσ, ±1)      r_e = g·(ŷ − f_e)      R_e ← δR_e + r_e      V_e ← δV_e + r_e²      w_e ∝ max(R_e, 0) / V_e
 *
 * g is the gradient of the Huber loss; σ is the running mean of |ŷ − y| at this step, and softness c = 0 makes it the sign: the
 * absolute loss. Equal weights while no expert is ahead of the mixture. For δ = 1 the regret against the best expert, and against
 * the best fixed mixture, is O(√(T·E)) on any sequence, √h times that for a delay of h, and nothing has to be tuned; δ below 1
 * forgets which expert was good long ago. Units cancel.
 */
export class Blend {
  readonly experts: number;
  readonly horizon: number;
  readonly #discount: number;
  readonly #waiting: WaitingRows; // the experts' forecasts and the mixture
  readonly #regret: Float32Array; // [horizon, experts]
  readonly #squares: Float32Array;
  readonly #weights: Float32Array;
  readonly #size: Float32Array; // σ
  readonly #count: Float32Array;

  constructor({ experts, horizon, discount = 0.9995 }: BlendOptions) {
    this.experts = experts;
    this.horizon = horizon;
    this.#discount = discount;
    this.#waiting = new WaitingRows(horizon, experts + 1);
    this.#regret = new Float32Array(horizon * experts);
    this.#squares = new Float32Array(horizon * experts);
    this.#weights = new Float32Array(horizon * experts).fill(1 / experts);
    this.#size = new Float32Array(horizon);
    this.#count = new Float32Array(horizon);
  }

  /**
   * Moves to the next tick, `skipped` ticks having been left out, and learns from its value (NaN: none) at softness c. Values and
   * forecasts wait as float32 distances from `anchor`, a number near them that never changes.
   */
  learn(y: number, anchor: number, skipped: number, softness: number): void {
    const { experts, horizon } = this;
    this.#waiting.advance(skipped);
    const { data } = this.#waiting;
    for (let h = 1; h <= horizon; h++) {
      const row = this.#waiting.row(h);
      const error = data[row + experts] - (y - anchor);
      if (!Number.isNaN(error)) this.#update(h, row, error, softness);
      data.fill(Number.NaN, row, row + experts + 1);
    }
  }

  /** Drops what waits: no value will come for it. */
  drop(): void {
    this.#waiting.clear();
  }

  /** Remembers `forecasts` [experts, horizon] and their mixture until their values arrive. */
  issue(forecasts: Float64Array, anchor: number): void {
    const { experts, horizon } = this;
    const { data } = this.#waiting;
    for (let h = 1; h <= horizon; h++) {
      const row = this.#waiting.row(h);
      for (let e = 0; e < experts; e++) data[row + e] = narrow(forecasts[e * horizon + h - 1] - anchor);
      data[row + experts] = narrow(this.#mixed(forecasts, h) - anchor);
    }
  }

  /** Writes the mixture of `forecasts` [experts, horizon] to out[at…]. */
  mix(forecasts: Float64Array, out: Float64Array, at: number): void {
    for (let h = 1; h <= this.horizon; h++) out[at + h - 1] = this.#mixed(forecasts, h);
  }

  /** The weight of an expert at horizon step h, 0…1; those of a step sum to 1. */
  weight(expert: number, h: number): number {
    return this.#weights[(h - 1) * this.experts + expert];
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

  #mixed(forecasts: Float64Array, h: number): number {
    let sum = 0;
    let total = 0;
    for (let e = 0, w = (h - 1) * this.experts; e < this.experts; e++, w++) {
      const weight = this.#weights[w];
      if (weight === 0) continue;
      sum += weight * forecasts[e * this.horizon + h - 1];
      total += weight;
    }
    return sum / total;
  }

  #update(h: number, row: number, error: number, softness: number): void {
    const { experts } = this;
    const { data } = this.#waiting;
    const gradient = this.#gradient(h, error, softness);
    const from = (h - 1) * experts;
    const own = data[row + experts];
    let sum = 0;
    for (let e = 0; e < experts; e++) {
      const regret = Math.min(largest, Math.max(-largest, gradient * (own - data[row + e])));
      const at = from + e;
      this.#regret[at] = this.#discount * this.#regret[at] + regret;
      this.#squares[at] = this.#discount * this.#squares[at] + regret * regret;
      const isAhead = this.#regret[at] > 0 && this.#squares[at] > 0;
      this.#weights[at] = isAhead ? Math.min(1e30, this.#regret[at] / this.#squares[at]) : 0;
      sum += this.#weights[at];
    }
    for (let at = from; at < from + experts; at++) this.#weights[at] = sum > 0 ? this.#weights[at] / sum : 1 / experts;
  }

  #gradient(h: number, error: number, softness: number): number {
    const n = Math.min(this.#count[h - 1] + 1, memory);
    this.#count[h - 1] = n;
    this.#size[h - 1] += (Math.min(largest, Math.abs(error)) - this.#size[h - 1]) / n;
    const most = softness * this.#size[h - 1];
    return Math.abs(error) < most ? error / most : Math.sign(error);
  }
}

const narrow = (value: number): number => Math.min(3e38, Math.max(-3e38, value));
