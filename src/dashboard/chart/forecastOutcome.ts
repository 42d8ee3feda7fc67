import type { ApiForecast } from '../../http/api.js';

/** How one forecast turned out, of the steps that have come. */
export interface ForecastOutcome {
  readonly steps: number;
  readonly come: number;
  readonly meanError: number | null; // of the median, absolute
  readonly persistenceError: number | null; // the same for the value it was made after
  readonly within: number; // values in the 80 % band
}

export function forecastOutcome(forecast: readonly ApiForecast[], last: number | undefined): ForecastOutcome {
  let [come, within, error, persistence] = [0, 0, 0, 0];
  for (const { q10, q50, q90, actual } of forecast) {
    if (actual === null || q50 === null) continue;
    come++;
    error += Math.abs(q50 - actual);
    if (last !== undefined) persistence += Math.abs(last - actual);
    if (q10 !== null && q90 !== null && q10 <= actual && actual <= q90) within++;
  }
  return {
    ...{ steps: forecast.length, come, within },
    meanError: come > 0 ? error / come : null,
    persistenceError: come > 0 && last !== undefined ? persistence / come : null,
  };
}
