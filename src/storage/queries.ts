import type { Database } from 'better-sqlite3';
import { openForReading } from './openDatabase.js';
import { type StoredForecast, StoredForecasts } from './storedForecasts.js';

/* What the command line asks of a database, beside the daemon that may be writing it. Times in epoch milliseconds. */

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

/** A row of the view `forecasts`. */
export interface ForecastListing {
  readonly series: string;
  readonly time: number;
  readonly issued: number;
  readonly model: string;
  readonly horizon: number;
  readonly target_time: number;
  readonly q10: number | null;
  readonly q50: number | null;
  readonly q90: number | null;
  readonly actual: number | null;
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

export interface ForecastQuery {
  readonly series: string;
  readonly fromMs?: number; // of the target times, inclusive
  readonly toMs?: number;
  readonly issued: 'latest' | 'all' | number;
  readonly horizon?: number;
}

/** Every known series. @throws {StepcastError} STORE_MISSING, STORE_NEWER, STORE_CORRUPT, STORE_READ_ONLY or STORE_IO. */
export const listSeries = async (path: string): Promise<readonly SeriesListing[]> =>
  reading(
    path,
    (db) =>
      db
        .prepare(
          `SELECT series, cadence, season, model, readings, first_time, last_time, last_value FROM series ORDER BY series`,
        )
        .all() as SeriesListing[],
  );

/**
 * Forecasts of one series, in the order of their target times. `all`: every one. `latest`: for each step the newest forecast
 * of it, the one with the fewest steps ahead. A moment: the forecast in force then, the newest issued at or before it.
 */
export const queryForecasts = async (path: string, query: ForecastQuery): Promise<readonly ForecastListing[]> =>
  reading(path, (db) => {
    const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY, issued, horizon } = query;
    const stored = StoredForecasts.of(db, query.series);
    if (!stored) return [];
    const forecasts = typeof issued === 'number' ? stored.inForce(issued) : stored.within(fromMs, toMs);
    const actuals = stored.actuals(forecasts);
    const rows: ForecastListing[] = [];
    for (const [i, forecast] of forecasts.entries()) {
      const next = issued === 'latest' ? stored.tickAfter(forecasts, i) : Number.POSITIVE_INFINITY;
      const last = Math.min(forecast.horizon, next - forecast.tick);
      for (let h = horizon ?? 1; h <= (horizon === undefined ? last : Math.min(horizon, last)); h++) {
        const row = listing(query.series, forecast, h, actuals);
        if (row.target_time >= fromMs && row.target_time <= toMs) rows.push(row);
      }
    }
    return rows.sort((a, b) => a.target_time - b.target_time || a.time - b.time);
  });

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
  reading(path, (db) => {
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
  });

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

function listing(
  series: string,
  forecast: StoredForecast,
  horizon: number,
  actuals: ReadonlyMap<number, number>,
): ForecastListing {
  const { time, issued, model, step, width, k, base, scale, tick } = forecast;
  const at = (i: number | null): number | null => (i === null ? null : (base + k[(horizon - 1) * width + i]) / scale);
  return {
    series,
    time,
    issued,
    model,
    horizon,
    target_time: time + horizon * step,
    q10: at(forecast.i10),
    q50: at(forecast.i50),
    q90: at(forecast.i90),
    actual: actuals.get(tick + horizon) ?? null,
  };
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
