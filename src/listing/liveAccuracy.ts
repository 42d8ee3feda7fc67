import { listing } from './listForecasts.js';
import type { StoredForecast } from './storedForecast.js';

/** How forecasts turned out; null where nothing has come true yet. */
export interface LiveAccuracy {
  readonly forecasts: number; // looked at
  readonly mae1: number | null; // of the median one step ahead, unit of the series
  readonly persistence1: number | null; // the same for the last value
  readonly mae: number | null; // of the median, over all horizons
  readonly persistence: number | null;
  readonly coverage: number | null; // share of values within q10 and q90, all horizons
}

/** `actuals`: values by tick; undefined when there are no forecasts. */
export function liveAccuracyOf(
  forecasts: readonly StoredForecast[],
  actuals: ReadonlyMap<number, number>,
): LiveAccuracy | undefined {
  if (forecasts.length === 0) return undefined;
  const [mae1, persistence1, mae, persistence, coverage] = Array.from({ length: 5 }, () => new Mean());
  for (const forecast of forecasts) {
    for (let h = 1; h <= forecast.horizon; h++) {
      const { q10, q50, q90, actual } = listing('', forecast, h, actuals);
      if (actual === null) continue;
      if (q50 !== null) mae.add(Math.abs(q50 - actual));
      persistence.add(Math.abs(forecast.value - actual));
      if (h === 1 && q50 !== null) mae1.add(Math.abs(q50 - actual));
      if (h === 1) persistence1.add(Math.abs(forecast.value - actual));
      if (q10 !== null && q90 !== null) coverage.add(q10 <= actual && actual <= q90 ? 1 : 0);
    }
  }
  return {
    forecasts: forecasts.length,
    mae1: mae1.value,
    persistence1: persistence1.value,
    mae: mae.value,
    persistence: persistence.value,
    coverage: coverage.value,
  };
}

class Mean {
  #sum = 0;
  #count = 0;

  add(value: number): void {
    this.#sum += value;
    this.#count++;
  }

  get value(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count;
  }
}
