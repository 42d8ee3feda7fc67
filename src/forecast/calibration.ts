import { narrow } from '../series/bounded.js';
import type { SeriesPast } from '../series/seriesPast.js';
import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import { decimalsFor } from './forecastWriter.js';
import { type LearnedSteps, learnedSteps } from './learnedSteps.js';
import { normalQuantile } from './normalQuantile.js';
import { roundOutward } from './roundOutward.js';
import { ticksPerScore } from './scoringTurns.js';
import { WaitingRows } from './waitingRows.js';

const rate = 0.03; // η at one step ahead
const fade = 0.55; // of η with h
const memory = 30; // errors the scale looks back on
const profileRate = 0.05;
const mostPlaces = 24; // of a season, each with its own scale
const deviationToError = Math.sqrt(Math.PI / 2); // of a normal distribution: standard deviation over mean absolute error

const stepSizes: number[] = []; // by h

/** How far a quantile h steps ahead moves: (η·n)/h^0.55. */
const stepSize = (h: number): number => (stepSizes[h] ??= (rate * ticksPerScore(h)) / h ** fade);

export interface CalibrationOptions {
  readonly horizon: number; // steps
  readonly levels: readonly number[]; // ascending, within (0, 1)
  readonly past: SeriesPast;
}

/**
 * Quantiles around a forecast that hold what they say, whatever the series does: quantile tracking in units of the recent
 * error (conformal P control: Angelopoulos, Candès & Tibshirani 2023), for each level a and each horizon step h that is learned (LearnedSteps):
 *
 *     Q_a(t+h) = ŷ(t+h) + q_ha·σ_h·p(t+h)
 *     when y(t+h) arrives:  q_ha ← q_ha + (ηn/h^0.55)·(a − [y < Q_a])·(1 + |q_ha|/2)
 *
 * n is the number of ticks from one value that is scored at h to the next (scoringTurns). σ_h is the running mean of |y − ŷ|/p; p is the share of the place in the season in it, learned one step ahead. The step is
 * taken against the Q that was issued, so the long-run share of values below Q_a is a: it can stay off only while q runs away. A value
 * that is hit exactly moves q no further than to 0: where nothing stirs, rounding lets any q hit, and the first stir would find it grown without bound.
 * The level 0.5 is ŷ itself, held between its neighbours: a ŷ that is off to one side stays inside its interval. Where nothing was
 * scored at h yet, σ is that of the nearest shorter step times √(h/k), at first that of the values' change; q begins as the normal distribution has it. Quantiles never cross and are finite.
 */
export class Calibration {
  readonly levels: readonly number[];
  readonly horizon: number;
  readonly #past: SeriesPast;
  readonly #learned: LearnedSteps;
  readonly #waiting: WaitingRows; // the quantiles and, where 0.5 is none of the levels, ŷ: as distances from the anchor of the series
  readonly #centre: number; // column of ŷ
  readonly #state: Float32Array; // q [steps, levels], σ [steps], p and its count [mostPlaces]
  readonly #scale: number; // where in it σ begins; q at 0
  readonly #share: number; // p
  readonly #shareCount: number;
  readonly #counts: Float64Array; // [2, steps]: values scored, and of these the ones within the outermost levels
  #season = 0;
  #at = 0; // place in the season

  constructor({ horizon, levels, past }: CalibrationOptions) {
    this.horizon = horizon;
    this.levels = levels;
    this.#past = past;
    this.#learned = learnedSteps(horizon);
    const middle = levels.indexOf(0.5);
    this.#centre = middle >= 0 ? middle : levels.length;
    this.#waiting = new WaitingRows(this.#learned.steps, Math.max(levels.length, this.#centre + 1));
    const rows = this.#learned.steps.length;
    this.#scale = rows * levels.length;
    this.#share = this.#scale + rows;
    this.#shareCount = this.#share + mostPlaces;
    this.#state = new Float32Array(this.#shareCount + mostPlaces).fill(1, this.#share, this.#shareCount);
    for (let i = 0; i < this.#scale; i++) this.#state[i] = deviationToError * normalQuantile(levels[i % levels.length]);
    this.#counts = new Float64Array(2 * rows);
  }

  /** Moves to the next tick, `skipped` ticks having been left out, and learns from its value (NaN: none). */
  learn(y: number, skipped: number): void {
    this.#followSeason(skipped);
    this.#waiting.advance(skipped);
    const { data, width } = this.#waiting;
    const { due } = this.#waiting.now;
    const actual = Math.fround(narrow(y - this.#past.values.anchor)); // as quantiles wait: one that is hit is hit
    const share = this.#shareAt(0);
    const rows = this.#learned.steps.length;
    for (let r = 0; r < rows; r++) {
      const row = due[r] * width;
      if (row < 0) continue;
      if (!Number.isNaN(actual - data[row + this.#centre])) this.#update(r, row, actual, share);
      this.#waiting.empty(row);
    }
  }

  /** Drops what waits: no value will come for it. */
  drop(): void {
    this.#waiting.clear();
  }

  /** Writes the quantiles around `median` [horizon] to `out` [horizon, levels], ascending within a step, with the decimals they are published with. */
  spread(median: Float64Array, out: Float64Array): void {
    const L = this.levels.length;
    const state = this.#state;
    const middle = this.#centre < L ? this.#centre : -1;
    const { rowOf, share } = this.#learned;
    let low = 0;
    let high = this.#scaleAt(0);
    for (let h = 1, at = 0; h <= this.horizon; h++, at += L) {
      const row = rowOf[h - 1];
      const on = share[h - 1];
      if (on === 0) {
        low = high;
        if (h < this.horizon) high = this.#scaleAt(row + 1);
      }
      const unit = (low + on * (high - low)) * this.#shareAt(h);
      const centre = median[h - 1];
      let below = -Number.MAX_VALUE;
      for (let l = 0, q = row * L; l < L; l++, q++) {
        if (l === middle) continue;
        const factor = on === 0 ? state[q] : state[q] + on * (state[q + L] - state[q]);
        below = Math.max(below, Math.min(Number.MAX_VALUE, centre + factor * unit));
        out[at + l] = below;
      }
      if (middle < 0) continue;
      const lower = middle > 0 ? out[at + middle - 1] : centre;
      const upper = middle + 1 < L ? out[at + middle + 1] : centre;
      out[at + middle] = Math.min(Math.max(centre, lower), Math.max(lower, upper));
    }
    roundOutward(out, this.levels, decimalsFor(this.#past.change));
  }

  /** Remembers `quantiles` [horizon, levels] around `median` until their values arrive. */
  issue(median: Float64Array, quantiles: Float64Array): void {
    const { data, width } = this.#waiting;
    const { slot } = this.#waiting.now;
    const { anchor } = this.#past.values;
    const L = this.levels.length;
    const { steps } = this.#learned;
    for (let r = 0; r < steps.length; r++) {
      const row = slot[r] * width;
      if (row < 0) continue;
      const h = steps[r];
      data[row + this.#centre] = narrow(median[h - 1] - anchor);
      for (let l = 0; l < L; l++) data[row + l] = narrow(quantiles[(h - 1) * L + l] - anchor);
    }
  }

  /**
   * How many forecasts h steps ahead have been scored, and what share of the values lay within the outermost levels (NaN for none). For a
   * step that is not scored, those of the nearest shorter one that is.
   */
  coverage(h: number): { readonly count: number; readonly share: number } {
    const row = this.#learned.rowOf[h - 1];
    const count = this.#counts[row];
    return { count, share: this.#counts[this.#learned.steps.length + row] / count };
  }

  save(writer: SnapshotWriter): void {
    writer.f64(this.#season);
    writer.f64(this.#at);
    this.#waiting.save(writer);
    writer.f64s(this.#counts);
    writer.f32s(this.#state);
  }

  load(reader: SnapshotReader): void {
    this.#season = reader.f64();
    this.#at = reader.f64();
    this.#waiting.load(reader);
    this.#counts.set(reader.f64s());
    this.#state.set(reader.f32s());
  }

  /** σ of the learned step in place `row`, the usual size of an error so far ahead, in the unit of the series; never 0. */
  #scaleAt(row: number): number {
    const { steps } = this.#learned;
    let known = row;
    while (known >= 0 && this.#counts[known] === 0) known--;
    const size = known >= 0 ? this.#state[this.#scale + known] : this.#past.firstChange;
    const longer = known === row ? 1 : Math.sqrt(steps[row] / (known >= 0 ? steps[known] : 1));
    return Math.max(size * longer, 1e-3 * this.#past.change);
  }

  #update(r: number, row: number, actual: number, share: number): void {
    const h = this.#learned.steps[r];
    const { data } = this.#waiting;
    const state = this.#state;
    const L = this.levels.length;
    const size = Math.min(3e38, Math.abs(actual - data[row + this.#centre]));
    const n = ++this.#counts[r];
    const isInside = actual >= data[row] && actual <= data[row + L - 1];
    if (isInside) this.#counts[this.#learned.steps.length + r]++;
    const step = stepSize(h);
    for (let l = 0, at = r * L; l < L; l++, at++) {
      const q = state[at];
      const level = this.levels[l];
      const isBelow = level < 0.5 ? actual < data[row + l] : actual <= data[row + l];
      const moved = q + step * (level - (isBelow ? 1 : 0)) * (1 + 0.5 * Math.abs(q));
      if (actual !== data[row + l]) state[at] = moved;
      else if (level < 0.5) state[at] = Math.max(q, Math.min(0, moved));
      else state[at] = Math.min(q, Math.max(0, moved));
    }
    if (h === 1 && this.#season > 1 && state[this.#scale] > 0) this.#learnShare(size);
    const at = this.#scale + r;
    state[at] += (Math.min(3e38, size / share) - state[at]) / Math.min(n, memory);
  }

  #learnShare(size: number): void {
    const place = this.#place(0);
    const n = ++this.#state[this.#shareCount + place];
    const seen = Math.min(8, size / this.#state[this.#scale]);
    const at = this.#share + place;
    this.#state[at] += Math.max(profileRate, 1 / (n + 3)) * (seen - this.#state[at]);
  }

  #shareAt(ahead: number): number {
    return this.#season > 1 ? Math.max(0.05, this.#state[this.#share + this.#place(ahead)]) : 1;
  }

  #place(ahead: number): number {
    const at = (this.#at + ahead) % this.#season;
    return this.#season > mostPlaces ? Math.floor((at * mostPlaces) / this.#season) : at;
  }

  #followSeason(skipped: number): void {
    const { season } = this.#past;
    if (season !== this.#season) {
      this.#season = season;
      this.#at = 0;
      this.#state.fill(1, this.#share, this.#shareCount);
      this.#state.fill(0, this.#shareCount);
    }
    if (season > 0) this.#at = (this.#at + 1 + (skipped % season)) % season;
  }
}
