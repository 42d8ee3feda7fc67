import type { Database } from 'better-sqlite3';
import { type ForecastListing, type ForecastQuery, forecastRows, listing } from './forecastRows.js';
import { openForReading } from './openDatabase.js';
import { StoredForecasts } from './storedForecasts.js';

export type { ForecastListing, ForecastQuery } from './forecastRows.js';

/* What the command line asks of a database, beside the daemon that may be writing it. Times in epoch milliseconds. */

export const seriesColumns = 'series, cadence, season, model, readings, first_time, last_time, last_value';

/** A row of the view `series`. */
export interface SeriesListing {
  readonly series: string;
  readonly cadence: number; // milliseconds, 0: every reading is one step
  readonly season: number | null;
  readonly model: string | null;
  readonly readings: number;
  readonly first_time: number | null;
  readonly last_time: number | null;
  readonly last_value: number | null;
}

/** How forecasts turned out; null where nothing has come true yet. */
export interface LiveAccuracy {
  readonly forecasts: number; // looked at
  readonly mae1: number | null; // of the median one step ahead, unit of the series
  readonly persistence1: number | null; // the same for the last value
  readonly mae: number | null; // of the median, over all horizons
  readonly persistence: number | null;
  readonly coverage: number | null; // share of values within q10 and q90, all horizons
}

/** Every known series. @throws {StepcastError} STORE_MISSING, STORE_NEWER, STORE_CORRUPT, STORE_READ_ONLY or STORE_IO. */
export const listSeries = async (path: string): Promise<readonly SeriesListing[]> =>
  reading(path, (db) => db.prepare(`SELECT ${seriesColumns} FROM series ORDER BY series`).all() as SeriesListing[]);

/** What `forecastRows` finds; nothing of a series that is not known. */
export const queryForecasts = async (path: string, query: ForecastQuery): Promise<readonly ForecastListing[]> =>
  reading(path, (db) => forecastRows(db, query) ?? []);

/** What came of the newest `lastN` forecasts of a series at one step ahead, in the order of their targets; no `horizon`: at the last one. */
export const newestOutcomes = async (
  path: string,
  series: string,
  lastN: number,
  horizon?: number,
): Promise<readonly ForecastListing[]> =>
  reading(path, (db) => {
    const stored = StoredForecasts.of(db, series);
    const forecasts = stored?.newest(lastN) ?? [];
    const actuals = stored?.actuals(forecasts) ?? new Map();
    return forecasts
      .filter((forecast) => (horizon ?? 1) <= forecast.horizon)
      .map((forecast) => listing(series, forecast, horizon ?? forecast.horizon, actuals));
  });

/** How the newest `lastN` forecasts of a series turned out; undefined when there are none. */
export const liveAccuracy = async (path: string, series: string, lastN: number): Promise<LiveAccuracy | undefined> =>
  reading(path, (db) => accuracyOfNewest(db, series, lastN));

export function accuracyOfNewest(db: Database, series: string, lastN: number): LiveAccuracy | undefined {
  const stored = StoredForecasts.of(db, series);
  const forecasts = stored?.newest(lastN) ?? [];
  if (!stored || forecasts.length === 0) return undefined;
  const actuals = stored.actuals(forecasts);
  const [mae1, persistence1, mae, persistence, coverage] = Array.from({ length: 5 }, () => new Mean());
  for (const forecast of forecasts) {
    for (let h = 1; h <= forecast.horizon; h++) {
      const { q10, q50, q90, actual } = listing(series, forecast, h, actuals);
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

/** Does `work` on one moment of a database, however many statements it takes. */
export function reading<T>(path: string, work: (db: Database) => T): T {
  const db = openForReading(path);
  try {
    return db.transaction(() => work(db))(); // one moment of the database, however many statements it takes
  } finally {
    db.close();
  }
}
