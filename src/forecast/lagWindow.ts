import type { RecentValues } from '../series/recentValues.js';
import { kernel, padded4, reserve } from './leastSquaresKernel.js';
import type { SeasonalProfile } from './seasonalProfile.js';

let values64 = new Float64Array(0); // written before it is read, within one call

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
  readonly #horizon: number;

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
    this.#horizon = horizon;
    if (values64.length < size) values64 = new Float64Array(size);
    reserve('z', size);
    for (const area of ['x', 'places'] as const) reserve(area, padded4(lags.length));
    this.#place = lags.map((lag) => {
      const run = runs.findLast(({ from }) => from <= lag)!;
      return run.at + lag - run.from;
    });
  }

  /** Reads the values into the kernel, as changes from the newest in units of `unit`: until the next `fill` of any window, the other methods tell of these. */
  fill(values: RecentValues, unit: number, profile?: SeasonalProfile): void {
    for (const { from, count, at } of this.#runs) {
      values.copy(values64, at, from, count);
      profile?.subtract(values64, at, from, count);
    }
    const { numbers } = kernel;
    const z = kernel.at.z;
    const all = values64;
    const newest = all[0];
    const size = this.#size;
    for (let i = 0; i < size; i++) numbers[z + i] = (all[i] - newest) / unit;
  }

  /** Writes (z(t) − z(t−h))/s for h = 1…horizon to out[h − 1]: the labels of the rows before. */
  writeLabels(out: Float64Array): void {
    const { numbers, at } = kernel;
    for (let h = 1; h <= this.#horizon; h++) out[h - 1] = -numbers[at.z + h];
  }

  /** Writes the regressors of t−h to x[0…]. */
  write(x: Float64Array, h: number): void {
    const { numbers, at } = kernel;
    const count = this.lags.length;
    this.putPlaces();
    kernel.gather(4 * at.z, 4 * at.places, count, h, 4 * at.x);
    for (let i = 0; i < count; i++) x[i] = numbers[at.x + i];
  }

  /** Tells the kernel where each lag lies. */
  putPlaces(): void {
    const { integers, at } = kernel;
    const place = this.#place;
    for (let i = 0; i < place.length; i++) integers[at.places + i] = place[i];
  }
}
