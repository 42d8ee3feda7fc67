import type { Database } from 'better-sqlite3';
import type { LiveAccuracy } from '../listing/liveAccuracy.js';
import { type SeriesItem, type SeriesListing, type SeriesSelection, seriesItem } from '../listing/seriesItem.js';
import { NewestRows } from './newestRows.js';
import { seriesColumns } from './queries.js';

export interface SeriesQuery extends SeriesSelection {
  /** How the forecasts turned out; absent: not asked for. */
  readonly accuracy?: (series: string, newestTick: number) => LiveAccuracy | undefined;
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
    rows.push(seriesItem(row, newest, scored, newestRows.readings(id, spark)));
  }
  return { rows, next: undefined };
}
