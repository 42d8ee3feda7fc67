import type { RecentValues } from '../series/recentValues.js';
import type { SeasonalProfile } from './seasonalProfile.js';

const largest = 1e6; // of a regressor
let isPlain = true; // whether all of z is known, and no regressor too large
let z = new Float64Array(0); // of all windows: written by `fill`, read until the next

const known = new Map<string, LagWindow>(); // the same for many series

/**
 * The regressors (z(s−k) − z(s))/s for some lags k, as they were at s = t−h for h = 1…horizon: formed again from the values of the
 * series in place of being kept. z = y, or y less its seasonal profile as it is now. 0 where a value is not known.
 */
export class LagWindow {
  readonly lags: readonly number[];
  readonly #runs: { readonly from: number; count: number; readonly at: number }[] = []; // of steps back, and where they lie in z
  readonly #place: number[]; // in z, by lag
  readonly #size: number;

  /** The window for `lags`: one for all series that have the same. */
  static of(lags: readonly number[], horizon: number): LagWindow {
    const key = `${horizon}: ${lags}`;
    let window = known.get(key);
    if (!window) known.set(key, (window = new LagWindow(lags, horizon)));
    return window;
  }

  private constructor(lags: readonly number[], horizon: number) {
    this.lags = lags;
    const runs = this.#runs;
    let size = 0;
    for (const lag of [0, ...lags].sort((a, b) => a - b)) {
      let run = runs[runs.length - 1];
      if (!run || lag > run.from + run.count) runs.push((run = { from: lag, count: 0, at: size }));
      run.count = lag + horizon + 1 - run.from;
      size = run.at + run.count;
    }
    this.#size = size;
    this.#place = lags.map((lag) => {
      const run = runs.findLast(({ from }) => from <= lag)!;
      return run.at + lag - run.from;
    });
  }

  /** Reads the values, in units of `unit`: until the next `fill` of any window, `at` and `dot` tell of these. */
  fill(values: RecentValues, unit: number, profile?: SeasonalProfile): void {
    if (z.length < this.#size) z = new Float64Array(this.#size);
    for (const { from, count, at } of this.#runs) {
      values.copy(z, at, from, count);
      profile?.subtract(z, at, from, count);
    }
    const all = z;
    isPlain = true;
    for (let i = 0; i < this.#size; i++) {
      all[i] /= unit;
      if (!(Math.abs(all[i]) < 0.5 * largest)) isPlain = false;
    }
  }

  /** z(t−h)/s. */
  at(h: number): number {
    return z[h];
  }

  /** w·x for the regressors x of t−h, w from weights[from] on. */
  dot(weights: Float32Array, from: number, h: number): number {
    const place = this.#place;
    const all = z;
    const newest = all[h];
    let sum = 0;
    if (isPlain) {
      for (let i = 0; i < place.length; i++) sum += weights[from + i] * (all[place[i] + h] - newest);
      return sum;
    }
    for (let i = 0; i < place.length; i++) {
      const change = all[place[i] + h] - newest;
      if (!Number.isNaN(change)) sum += weights[from + i] * Math.min(largest, Math.max(-largest, change));
    }
    return sum;
  }
}
