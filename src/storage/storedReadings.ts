import type { Database } from 'better-sqlite3';
import type { ReadingListing } from '../listing/seriesItem.js';
import { type Page, type PageLimits, walk, walkTargets } from '../listing/walkTargets.js';

/** Readings of a series between two moments, both inclusive, in the order of their times, a page at a time; undefined for an unknown series. */
export function readingPage(
  db: Database,
  { series, fromMs, toMs }: { series: string; fromMs?: number; toMs?: number },
  limits: PageLimits,
): Page<ReadingListing> | undefined {
  const extent = db.prepare('SELECT readings, first_time, last_time FROM series WHERE series = ?').raw().get(series) as
    | [readings: number, firstMs: number | null, lastMs: number | null]
    | undefined;
  if (!extent) return undefined;
  const [readings, firstMs, lastMs] = extent;
  if (firstMs === null || lastMs === null) return { rows: [], next: undefined };
  const rows = db.prepare(
    'SELECT time, value FROM readings WHERE series = :series AND time BETWEEN :fromMs AND :toMs ORDER BY time',
  );
  const times = {
    fromMs: Math.max(fromMs ?? firstMs, firstMs),
    toMs: Math.min(toMs ?? lastMs, lastMs),
    rowsPerMs: readings / (lastMs - firstMs + 1),
    timeOf: ({ time }: ReadingListing) => time,
  };
  return walk(walkTargets(times, limits), (span) => rows.all({ series, ...span }) as ReadingListing[]);
}
