import type { Database } from 'better-sqlite3';
import { type ForecastListing, listing } from './forecastRows.js';
import { NewestRows } from './newestRows.js';
import { type LiveAccuracy, type SeriesListing, seriesColumns } from './queries.js';
import type { ReadingListing } from './storedReadings.js';

/** A series as a list shows it. */
export interface SeriesItem extends SeriesListing, Partial<Omit<LiveAccuracy, 'forecasts'>> {
  readonly forecasts?: number;
  readonly skill1?: number | null; // 1 − mae1 / persistence1
  readonly skill?: number | null;
  readonly next: ForecastListing | null; // one step ahead, as last forecast
  readonly spark: readonly ReadingListing[]; // the last readings
}

export interface SeriesQuery {
  readonly series?: string; // this one alone
  readonly search?: string; // part of the name, case aside
  readonly after?: string; // names behind this one
  readonly most: number;
  readonly spark: number; // readings
  /** How the forecasts turned out; absent: not asked for. */
  readonly accuracy?: (series: string, newestTick: number) => LiveAccuracy | undefined;
  readonly isLate?: () => boolean; // a page may end before it is full, but not before its first row
}

export interface SeriesPage {
  readonly rows: SeriesItem[];
  readonly next: string | undefined; // the name that the next page comes after
}

/** Series in the order of their names. */
export function seriesPage(db: Database, query: SeriesQuery): SeriesPage {
  const { series = null, search = null, after = null, most, spark, accuracy, isLate = () => false } = query;
  const found = db
    .prepare(
      `SELECT ${seriesColumns} FROM series
       WHERE (:series IS NULL OR series = :series) AND (:after IS NULL OR series > :after)
         AND (:search IS NULL OR instr(lower(series), lower(:search)) > 0)
       ORDER BY series LIMIT :most`,
    )
    .all({ series, search, after, most: most + 1 }) as SeriesListing[];
  const rows: SeriesItem[] = [];
  const newestRows = new NewestRows(db);
  const idOf = db.prepare('SELECT id FROM series_def WHERE name = ?').pluck();
  for (const row of found) {
    if (rows.length === most || (rows.length > 0 && isLate())) return { rows, next: rows[rows.length - 1].series };
    const id = idOf.get(row.series) as number;
    const newest = newestRows.forecast(id);
    const scored = newest && accuracy?.(row.series, newest.tick);
    rows.push({
      ...row,
      ...(scored && {
        ...scored,
        skill1: skillOf(scored.mae1, scored.persistence1),
        skill: skillOf(scored.mae, scored.persistence),
      }),
      next: newest ? listing(row.series, newest, 1, noActuals) : null,
      spark: newestRows.readings(id, spark),
    });
  }
  return { rows, next: undefined };
}

const noActuals = new Map<number, number>(); // nothing has come after the newest

const skillOf = (error: number | null, persistence: number | null): number | null =>
  error === null || !persistence ? null : 1 - error / persistence;
