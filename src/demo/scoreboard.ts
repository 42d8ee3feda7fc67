/** What the demo reads of a forecast, as it is published. */
export interface ForecastDocument {
  readonly series: string;
  readonly time: number; // Unix milliseconds
  readonly step: number; // milliseconds
  readonly last: number;
  readonly next: number;
  readonly levels: readonly number[];
  readonly values: readonly (readonly number[])[]; // [horizon, levels]
}

/** What had been forecast, one step before, for a moment that has come. */
export interface Foretold {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly error: number; // forecast less actual
  readonly inside: boolean; // low ≤ actual ≤ high
}

/** A forecast at the moment it is issued, beside the one that was waiting for its value. */
export interface Outcome {
  readonly series: string;
  readonly tMs: number;
  readonly actual: number;
  readonly foretold: Foretold | undefined; // undefined: nothing was forecast for this moment
  readonly next: number;
}

/** One-step forecasts of a series so far. The same moments are scored for persistence: the value before, said again. */
export interface Score {
  readonly series: string;
  readonly forecasts: number;
  readonly scored: number;
  readonly meanError: number; // mean |error|
  readonly meanPersistenceError: number;
  readonly insideShare: number; // of the band
}

interface Sums {
  forecasts: number;
  scored: number;
  error: number;
  persistenceError: number;
  inside: number;
  before: ForecastDocument | undefined;
}

/** Judges the forecasts of every series by what came true one step later. */
export class Scoreboard {
  readonly #series = new Map<string, Sums>();

  take(forecast: ForecastDocument): Outcome {
    const sums = this.#sumsOf(forecast.series);
    const foretold = sums.before && foretell(sums.before, forecast);
    if (foretold) {
      sums.scored++;
      sums.error += Math.abs(foretold.error);
      sums.persistenceError += Math.abs(sums.before!.last - forecast.last);
      if (foretold.inside) sums.inside++;
    }
    sums.forecasts++;
    sums.before = forecast;
    return { series: forecast.series, tMs: forecast.time, actual: forecast.last, foretold, next: forecast.next };
  }

  /** In the order in which the series were first heard of. */
  scores(): Score[] {
    return [...this.#series].map(([series, { forecasts, scored, error, persistenceError, inside }]) => ({
      series,
      forecasts,
      scored,
      meanError: error / scored,
      meanPersistenceError: persistenceError / scored,
      insideShare: inside / scored,
    }));
  }

  #sumsOf(series: string): Sums {
    let sums = this.#series.get(series);
    if (!sums) {
      sums = { forecasts: 0, scored: 0, error: 0, persistenceError: 0, inside: 0, before: undefined };
      this.#series.set(series, sums);
    }
    return sums;
  }
}

/** Undefined when `now` is not the moment one step after `before`: a reading in between was missed, or the step was not yet known. */
function foretell({ time, step, next, values }: ForecastDocument, now: ForecastDocument): Foretold | undefined {
  if (Math.abs(now.time - (time + step)) > step / 2) return undefined;
  const low = values[0][0];
  const high = values[0].at(-1)!;
  const actual = now.last;
  return { value: next, low, high, error: next - actual, inside: low <= actual && actual <= high };
}
