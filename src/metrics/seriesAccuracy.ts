import type { AccuracyMeans } from './accuracyMeans.js';
import { type ForecastForm, type FormScores, formScores, scoreArrays } from './formScores.js';
import { pooledAccuracy } from './pooledAccuracy.js';

export interface AccuracyLimits {
  readonly season: number; // steps, 0: none
  readonly longestHorizon: number; // steps
  readonly mostQuantiles: number; // of a forecast
}

/** The last value and the farthest seasonal one are both needed until a target comes. */
const memoryOf = (season: number, longestHorizon: number): number =>
  Math.max(longestHorizon, season * Math.ceil(longestHorizon / Math.max(1, season)));

/**
 * Scores stored forecasts of one series against the values of its own later steps, in the order of the steps. Seasonal naive is
 * y(u − m⌈h/m⌉) for the target u = t + h and a season of m steps; the naive change is the mean of |y(t) − y(t−1)| over
 * steps that follow one another. Memory: `longestHorizon` forecasts and one season of values.
 */
export class SeriesAccuracy {
  readonly #season: number; // steps, 0: none
  readonly #longest: number; // horizon
  readonly #stride: number; // quantiles of the largest form
  readonly #waiting: (FormScores | undefined)[]; // of the forecast made at tick % longest
  readonly #waitingTick: Float64Array;
  readonly #quantiles: Float64Array; // [longest, stride]
  readonly #memory: number; // steps whose values are kept
  readonly #ticks: Float64Array; // whose values they are, plus one; 0: none
  readonly #values: Float64Array;
  readonly #scores = new Map<ForecastForm, FormScores>();
  #newest = Number.NEGATIVE_INFINITY; // tick
  #newestCounts = false;
  #change = 0;
  #changes = 0;

  constructor({ season, longestHorizon, mostQuantiles }: AccuracyLimits) {
    this.#season = season;
    this.#longest = longestHorizon;
    this.#stride = mostQuantiles;
    this.#waiting = new Array(longestHorizon).fill(undefined);
    this.#waitingTick = new Float64Array(longestHorizon);
    this.#quantiles = new Float64Array(longestHorizon * mostQuantiles);
    this.#memory = memoryOf(season, longestHorizon);
    this.#ticks = new Float64Array(this.#memory);
    this.#values = new Float64Array(this.#memory);
  }

  /** Bytes that one of these limits holds. */
  static sizeBytes({ season, longestHorizon, mostQuantiles }: AccuracyLimits): number {
    return 8 * longestHorizon * (mostQuantiles + scoreArrays) + 16 * memoryOf(season, longestHorizon);
  }

  /** The value of a step, a whole number from 0 that grows; a step at or before the last one begins a new line. `counts`: part of the naive change. */
  observe(tick: number, value: number, counts: boolean): void {
    if (tick <= this.#newest) this.#forget();
    for (let h = Math.min(this.#longest, tick); h >= 1; h--) {
      const slot = (tick - h) % this.#longest;
      const scores = this.#waiting[slot];
      if (scores && this.#waitingTick[slot] === tick - h && h <= scores.form.horizon)
        this.#score(scores, slot, h, value);
    }
    if (counts && this.#newestCounts && tick === this.#newest + 1) {
      this.#change += Math.abs(value - this.#values[this.#newest % this.#memory]);
      this.#changes++;
    }
    this.#ticks[tick % this.#memory] = tick + 1;
    this.#values[tick % this.#memory] = value;
    this.#newest = tick;
    this.#newestCounts = counts;
  }

  /** The forecast made at the step observed last: quantiles [horizon, levels], copied, and the weights it was made with, where they are known. */
  expect(form: ForecastForm, values: ArrayLike<number>, weights?: ArrayLike<number>): void {
    const slot = this.#newest % this.#longest;
    const scores = this.#scoresOf(form);
    this.#waiting[slot] = scores;
    if (weights) scores.weights.add(weights);
    this.#waitingTick[slot] = this.#newest;
    this.#quantiles.set(values, slot * this.#stride);
  }

  /** Model versions with a forecast that was scored, in the order in which they were first met. */
  get models(): readonly string[] {
    const scored = [...this.#scores.values()].filter(({ median }) => median.count.some((n) => n > 0));
    return [...new Set(scored.map(({ form }) => form.model))];
  }

  /** Means over the forecasts of one model version, or all, at one horizon step, or all. */
  means(model?: string, horizon?: number): AccuracyMeans {
    const chosen = [...this.#scores.values()].filter(({ form }) => model === undefined || form.model === model);
    return pooledAccuracy(chosen, this.#changes > 0 ? this.#change / this.#changes : Number.NaN, horizon);
  }

  #scoresOf(form: ForecastForm): FormScores {
    let scores = this.#scores.get(form);
    if (!scores) {
      scores = formScores(form);
      this.#scores.set(form, scores);
    }
    return scores;
  }

  #score(scores: FormScores, slot: number, h: number, actual: number): void {
    const { form, place, median, persistence, seasonal, besideSeasonal } = scores;
    const tick = this.#waitingTick[slot];
    const at = slot * this.#stride + (h - 1) * form.levels.length;
    let point = this.#quantiles[at + place.index];
    if (place.weight > 0) point += place.weight * (this.#quantiles[at + place.index + 1] - point);
    median.addPoint(h, point, actual);
    median.addQuantiles(h, form.levels, this.#quantiles, at, actual);
    persistence.addPoint(h, this.#values[tick % this.#memory], actual);
    if (this.#season === 0) return;
    const before = tick + h - this.#season * Math.ceil(h / this.#season);
    if (before < 0 || this.#ticks[before % this.#memory] !== before + 1) return;
    seasonal.addPoint(h, this.#values[before % this.#memory], actual);
    besideSeasonal.addPoint(h, point, actual);
  }

  #forget(): void {
    this.#waiting.fill(undefined);
    this.#ticks.fill(0);
    this.#newestCounts = false;
  }
}
