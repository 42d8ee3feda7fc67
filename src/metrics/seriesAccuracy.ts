import type { AccuracyMeans } from './accuracyMeans.js';
import type { ForecastForm, FormScores } from './formScores.js';
import { HorizonScore } from './horizonScore.js';
import { medianPlace } from './medianPlace.js';
import { pooledAccuracy } from './pooledAccuracy.js';

interface Waiting {
  tick: number; // −1: none
  value: number;
  scores: FormScores;
  place: { readonly index: number; readonly weight: number };
  values: Float64Array;
}

/**
 * Scores stored forecasts of one series against the values of its own later steps, in the order of the steps. Seasonal naive is
 * y(u − m⌈h/m⌉) for the target u = t + h and a season of m steps; the naive change is the mean of |y(t) − y(t−1)| over
 * steps that follow one another. Memory: `longestHorizon` forecasts and one season of values.
 */
export class SeriesAccuracy {
  readonly #season: number; // steps, 0: none
  readonly #longest: number;
  readonly #waiting: (Waiting | undefined)[];
  readonly #memory: number; // steps whose values are kept
  readonly #ticks: Float64Array;
  readonly #values: Float64Array;
  readonly #scores = new Map<ForecastForm, FormScores>();
  #newest = Number.NEGATIVE_INFINITY; // tick
  #newestCounts = false;
  #change = 0;
  #changes = 0;

  constructor({ season, longestHorizon }: { season: number; longestHorizon: number }) {
    this.#season = season;
    this.#longest = longestHorizon;
    this.#waiting = new Array(longestHorizon).fill(undefined);
    this.#memory = Math.max(1, season * Math.ceil(longestHorizon / Math.max(1, season)));
    this.#ticks = new Float64Array(this.#memory).fill(Number.NaN);
    this.#values = new Float64Array(this.#memory);
  }

  /** The value of a step, a whole number from 0 that grows; a step at or before the last one begins a new line. `counts`: part of the naive change. */
  observe(tick: number, value: number, counts: boolean): void {
    if (tick <= this.#newest) this.#forget();
    for (let h = Math.min(this.#longest, tick); h >= 1; h--) {
      const waiting = this.#waiting[(tick - h) % this.#longest];
      if (waiting?.tick === tick - h && h <= waiting.scores.form.horizon) this.#score(waiting, h, value);
    }
    if (counts && this.#newestCounts && tick === this.#newest + 1) {
      this.#change += Math.abs(value - this.#values[this.#newest % this.#memory]);
      this.#changes++;
    }
    this.#ticks[tick % this.#memory] = tick;
    this.#values[tick % this.#memory] = value;
    this.#newest = tick;
    this.#newestCounts = counts;
  }

  /** The forecast made at the step observed last: quantiles [horizon, levels], copied. */
  expect(form: ForecastForm, values: ArrayLike<number>): void {
    const tick = this.#newest;
    const slot = tick % this.#longest;
    const value = this.#values[tick % this.#memory];
    const scores = this.#scoresOf(form);
    const old = this.#waiting[slot];
    if (old?.scores === scores) {
      old.tick = tick;
      old.value = value;
      old.values.set(values);
    } else {
      const place = medianPlace(form.levels);
      this.#waiting[slot] = { tick, value, scores, place, values: Float64Array.from(values) };
    }
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
      const score = () => new HorizonScore(form.horizon);
      scores = { form, median: score(), persistence: score(), seasonal: score(), besideSeasonal: score() };
      this.#scores.set(form, scores);
    }
    return scores;
  }

  #score({ tick, value, scores, place: { index, weight }, values }: Waiting, h: number, actual: number): void {
    const { form, median, persistence, seasonal, besideSeasonal } = scores;
    const at = (h - 1) * form.levels.length;
    let point = values[at + index];
    if (weight > 0) point += weight * (values[at + index + 1] - point);
    median.addPoint(h, point, actual);
    median.addQuantiles(h, form.levels, values, at, actual);
    persistence.addPoint(h, value, actual);
    if (this.#season === 0) return;
    const before = tick + h - this.#season * Math.ceil(h / this.#season);
    if (before < 0 || this.#ticks[before % this.#memory] !== before) return;
    seasonal.addPoint(h, this.#values[before % this.#memory], actual);
    besideSeasonal.addPoint(h, point, actual);
  }

  #forget(): void {
    this.#waiting.fill(undefined);
    this.#ticks.fill(Number.NaN);
    this.#newestCounts = false;
  }
}
