import type { Database } from 'better-sqlite3';
import { type ForecastListing, type ForecastQuery, listOutcomes } from '../listing/listForecasts.js';
import { type LiveAccuracy, liveAccuracyOf } from '../listing/liveAccuracy.js';
import type { SeriesListing } from '../listing/seriesItem.js';
import { forecastRows } from './forecastRows.js';
import { openForReading } from './openDatabase.js';
import { StoredForecasts } from './storedForecasts.js';

/* What the command line asks of a database, beside the daemon that may be writing it. Times in epoch milliseconds. */

export const seriesColumns = 'series, cadence, season, model, readings, first_time, last_time, last_value';

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
    return listOutcomes(series, forecasts, actuals, horizon);
  });

/** How the newest `lastN` forecasts of a series turned out; undefined when there are none. */
export const liveAccuracy = async (path: string, series: string, lastN: number): Promise<LiveAccuracy | undefined> =>
  reading(path, (db) => accuracyOfNewest(db, series, lastN));

export function accuracyOfNewest(db: Database, series: string, lastN: number): LiveAccuracy | undefined {
  const stored = StoredForecasts.of(db, series);
  const forecasts = stored?.newest(lastN) ?? [];
  return stored && liveAccuracyOf(forecasts, stored.actuals(forecasts));
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
