import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { Tick } from '../series/types.js';

/** When a challenger takes the place of the incumbent. */
export interface TrialRules {
  readonly warmup: number; // ticks that are not scored: the challenger's state begins from nothing
  readonly window: number; // ticks that are
  readonly margin: number; // share of the incumbent's loss that the challenger must be better by; below 0: may be worse by
  readonly certainty: number; // standard errors by which its mean loss must be the lower
}

/** Forecasts up to so many steps ahead are compared. */
export const nearSteps = 6;
const largest = 10; // of one error, in usual ones
const early = { scored: 32, margin: 0.1, certainty: 5 }; // a difference so plain ends a trial before its window does

/**
 * Two networks on the same series, tick by tick: which of them errs less? The loss of a tick is
 *
 *     l = mean over h = 1…6 of min(|y − ŷ_h| / σ_h, 10)
 *
 * ŷ_h is a network's median issued h ticks before, σ_h the usual error of the experts' blend h steps ahead. Losses of both are of the same
 * ticks, so their differences are judged as pairs: mean over standard error.
 */
export class NetworkTrial {
  readonly near: number; // steps
  readonly rules: TrialRules;
  readonly #waiting: Float64Array; // [near, 3, near]: by origin, forecasts of incumbent and challenger and units
  #ticks = 0;
  #scored = 0;
  #incumbent = 0; // sums of losses
  #challenger = 0;
  #squares = 0; // of differences

  constructor(horizon: number, rules: TrialRules) {
    this.near = Math.min(nearSteps, horizon);
    this.rules = rules;
    this.#waiting = new Float64Array(3 * this.near * this.near).fill(Number.NaN);
  }

  get scored(): number {
    return this.#scored;
  }

  /** Mean loss a tick; NaN before the first. */
  get incumbentLoss(): number {
    return this.#incumbent / this.#scored;
  }

  get challengerLoss(): number {
    return this.#challenger / this.#scored;
  }

  /** By how much the challenger is better, as a share of the incumbent's loss. */
  get gain(): number {
    return this.#incumbent > 0
      ? 1 - this.#challenger / this.#incumbent
      : this.#challenger > 0
        ? Number.NEGATIVE_INFINITY
        : 0;
  }

  /** The same in standard errors of the mean difference. */
  get certainty(): number {
    const mean = (this.#incumbent - this.#challenger) / this.#scored;
    const variance = Math.max(0, this.#squares / this.#scored - mean * mean);
    return mean === 0 ? 0 : mean / Math.sqrt(variance / this.#scored);
  }

  /**
   * Takes a tick and what both say from it, the medians and units of steps 1…near, and scores what was said of it before. Returns
   * who won, once that is known.
   */
  observe(
    tick: Tick,
    incumbent: Float64Array,
    challenger: Float64Array,
    units: Float64Array,
  ): 'incumbent' | 'challenger' | undefined {
    const { near } = this;
    if (tick.restart || tick.missing > 0) this.#waiting.fill(Number.NaN);
    if (this.#ticks >= this.rules.warmup) this.#score(tick.y);
    const row = 3 * near * (this.#ticks % near);
    this.#waiting.set(incumbent.subarray(0, near), row);
    this.#waiting.set(challenger.subarray(0, near), row + near);
    this.#waiting.set(units.subarray(0, near), row + 2 * near);
    this.#ticks++;
    return this.#verdict();
  }

  save(writer: SnapshotWriter): void {
    const { warmup, window, margin, certainty } = this.rules;
    writer.f64s(Float64Array.of(this.near, warmup, window, margin, certainty));
    writer.f64s(this.#waiting);
    writer.f64s(Float64Array.of(this.#ticks, this.#scored, this.#incumbent, this.#challenger, this.#squares));
  }

  static load(reader: SnapshotReader): NetworkTrial {
    const [near, warmup, window, margin, certainty] = reader.f64s();
    const trial = new NetworkTrial(near, { warmup, window, margin, certainty });
    trial.#waiting.set(reader.f64s());
    [trial.#ticks, trial.#scored, trial.#incumbent, trial.#challenger, trial.#squares] = reader.f64s();
    return trial;
  }

  #score(y: number): void {
    const { near } = this;
    let [incumbent, challenger, count] = [0, 0, 0];
    for (let h = 1; h <= Math.min(near, this.#ticks); h++) {
      const at = 3 * near * ((this.#ticks - h) % near) + h - 1;
      const unit = this.#waiting[at + 2 * near];
      const ofIncumbent = Math.abs(y - this.#waiting[at]) / unit;
      const ofChallenger = Math.abs(y - this.#waiting[at + near]) / unit;
      if (Number.isNaN(ofIncumbent + ofChallenger)) continue;
      incumbent += Math.min(largest, ofIncumbent);
      challenger += Math.min(largest, ofChallenger);
      count++;
    }
    if (count === 0) return;
    this.#scored++;
    this.#incumbent += incumbent / count;
    this.#challenger += challenger / count;
    this.#squares += ((incumbent - challenger) / count) ** 2;
  }

  #verdict(): 'incumbent' | 'challenger' | undefined {
    const { window, margin, certainty } = this.rules;
    if (this.#scored >= window) {
      return this.gain > margin && this.certainty >= certainty ? 'challenger' : 'incumbent';
    }
    if (this.#scored < early.scored || Math.abs(this.certainty) < early.certainty) return undefined;
    if (this.gain > Math.max(margin, early.margin)) return 'challenger';
    return this.gain < -early.margin ? 'incumbent' : undefined;
  }
}
