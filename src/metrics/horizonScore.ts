import { crps } from './crps.js';

/**
 * Sums of the errors of one forecaster, by horizon step: absolute, squared, pinball over its levels and CRPS; how often its
 * outermost levels held the value, and how wide they were. All in the unit of the series. h counts from 1.
 */
export class HorizonScore {
  readonly horizon: number;
  readonly count: Float64Array;
  readonly #absolute: Float64Array;
  readonly #squared: Float64Array;
  readonly #pinball: Float64Array;
  readonly #covered: Float64Array;
  readonly #width: Float64Array;

  constructor(horizon: number) {
    this.horizon = horizon;
    const sums = () => new Float64Array(horizon);
    this.count = sums();
    this.#absolute = sums();
    this.#squared = sums();
    this.#pinball = sums();
    this.#covered = sums();
    this.#width = sums();
  }

  /** `mean` is what is judged by squared error, where a forecaster has one of its own for that. */
  addPoint(h: number, forecast: number, actual: number, mean = forecast): void {
    this.count[h - 1]++;
    this.#absolute[h - 1] += Math.abs(forecast - actual);
    this.#squared[h - 1] += (mean - actual) ** 2;
  }

  /** `values` holds the quantiles of this step from `at`, ascending. Call beside `addPoint`. */
  addQuantiles(h: number, levels: readonly number[], values: Float64Array, at: number, actual: number): void {
    const low = values[at];
    const high = values[at + levels.length - 1];
    this.#pinball[h - 1] += crps(levels, values, at, actual) / 2;
    this.#covered[h - 1] += actual >= low && actual <= high ? 1 : 0;
    this.#width[h - 1] += high - low;
  }

  /** Means over all horizon steps that were scored; NaN when none was. */
  overall(): HorizonMeans {
    let n = 0;
    const sums = { mae: 0, mse: 0, pinball: 0, crps: 0, coverage: 0, width: 0 };
    for (let h = 1; h <= this.horizon; h++) {
      const at = this.at(h);
      const weight = this.count[h - 1];
      if (weight === 0) continue;
      n += weight;
      for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += weight * at[key];
    }
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] /= n;
    return { n, ...sums };
  }

  /** Means at one horizon step; NaN when nothing was scored there. */
  at(h: number): HorizonMeans {
    const n = this.count[h - 1];
    const mean = (sums: Float64Array): number => sums[h - 1] / n;
    return {
      n,
      mae: mean(this.#absolute),
      mse: mean(this.#squared),
      pinball: mean(this.#pinball),
      crps: 2 * mean(this.#pinball),
      coverage: mean(this.#covered),
      width: mean(this.#width),
    };
  }
}

export interface HorizonMeans {
  readonly n: number;
  readonly mae: number;
  readonly mse: number;
  readonly pinball: number;
  readonly crps: number;
  readonly coverage: number;
  readonly width: number;
}
