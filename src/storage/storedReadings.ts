import type { Database } from 'better-sqlite3';
import { tailOf } from './schema.js';
import { type Page, type PageLimits, walkTargets } from './walkTargets.js';

/** A row of the view `readings`, of one series. */
export interface ReadingListing {
  readonly time: number;
  readonly value: number;
}

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
  return walkTargets(
    {
      fromMs: Math.max(fromMs ?? firstMs, firstMs),
      toMs: Math.min(toMs ?? lastMs, lastMs),
      rowsPerMs: readings / (lastMs - firstMs + 1),
      read: (from, to) => rows.all({ series, fromMs: from, toMs: to }) as ReadingListing[],
      timeOf: ({ time }) => time,
    },
    limits,
  );
}

/** The newest readings of a series, by its id, in the order of their times. */
export function newestReadings(db: Database, id: number, count: number): ReadingListing[] {
  const found = db
    .prepare(`SELECT time, value FROM reading WHERE id > ${tailOf.reading} AND series = ? ORDER BY time DESC LIMIT ?`)
    .all(id, count) as ReadingListing[];
  if (found.length < count) {
    const inRun = db.prepare(
      'SELECT time, value FROM reading_index WHERE run = ? AND series = ? ORDER BY time DESC LIMIT ?',
    );
    for (const run of runsWith(db, id)) {
      found.push(...(inRun.all(run, id, count - found.length) as ReadingListing[]));
      if (found.length >= count) break;
    }
  }
  return found.sort((a, b) => a.time - b.time);
}

/** Newest first. */
const runsWith = (db: Database, id: number): number[] =>
  db
    .prepare(
      `SELECT g.id FROM reading_stat s CROSS JOIN reading_run g
       ON g.last_id >= s.first_id AND g.first_id <= s.last_id WHERE s.series = ? ORDER BY g.id DESC`,
    )
    .pluck()
    .all(id) as number[];
