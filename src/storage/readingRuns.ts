import type { Database } from 'better-sqlite3';
import type { ReadingRun } from './protocol.js';
import { tailOf } from './schema.js';

/** Sorts and indexes the oldest `size` readings of the tail, in one transaction. */
export function buildReadingRun(db: Database, size: number): ReadingRun {
  return db
    .transaction(() => {
      const run = (db.prepare('SELECT coalesce(max(id), 0) + 1 FROM reading_run').pluck().get() as number) ?? 1;
      const [firstId, lastId] = db
        .prepare(
          `SELECT min(id), max(id) FROM (SELECT id FROM reading WHERE id > ${tailOf.reading} ORDER BY id LIMIT ?)`,
        )
        .raw()
        .get(size) as [number, number];
      db.prepare(
        `INSERT INTO reading_index SELECT ?, series, time, id, value FROM reading WHERE id BETWEEN ? AND ?
         ORDER BY series, time, id`,
      ).run(run, firstId, lastId);
      const [firstMs, lastMs] = db
        .prepare('SELECT min(time), max(time) FROM reading_index WHERE run = ?')
        .raw()
        .get(run) as [number, number];
      db.prepare('INSERT INTO reading_run VALUES (?, ?, ?, ?, ?)').run(run, firstId, lastId, firstMs, lastMs);
      db.prepare(addToStat).run({ run });
      return { id: run, lastId, firstMs, lastMs };
    })
    .immediate();
}

const addToStat = `
INSERT INTO reading_stat
SELECT e.series, e.readings, e.first_time, n.time, n.value, e.first_id, e.last_id
FROM (
  SELECT series, count(*) AS readings, min(time) AS first_time, min(id) AS first_id, max(id) AS last_id
  FROM reading_index WHERE run = $run GROUP BY series
) e JOIN (SELECT series, max(time) AS time, value FROM reading_index WHERE run = $run GROUP BY series) n USING (series)
WHERE true
ON CONFLICT (series) DO UPDATE SET
  readings = readings + excluded.readings,
  first_time = min(first_time, excluded.first_time),
  last_value = CASE WHEN excluded.last_time >= last_time THEN excluded.last_value ELSE last_value END,
  last_time = max(last_time, excluded.last_time),
  last_id = excluded.last_id`;

/**
 * Deletes the oldest run whose readings are all older than `beforeMs` by their own time and all covered by the snapshots of
 * their series. The newest run stays. Returns its id, or undefined when there is none.
 */
export function dropReadingRun(db: Database, beforeMs: number): number | undefined {
  return db
    .transaction(() => {
      const run = expired(db, beforeMs);
      if (run === undefined) return undefined;
      const gone = db
        .prepare('SELECT series, count(*), min(time), max(time) FROM reading_index WHERE run = ? GROUP BY series')
        .raw()
        .all(run) as [series: number, readings: number, firstMs: number, lastMs: number][];
      db.prepare(
        'DELETE FROM reading WHERE id BETWEEN (SELECT first_id FROM reading_run WHERE id = $run) AND (SELECT last_id FROM reading_run WHERE id = $run)',
      ).run({ run });
      db.prepare('DELETE FROM reading_index WHERE run = ?').run(run);
      db.prepare('DELETE FROM reading_run WHERE id = ?').run(run);
      takeFromStat(db, gone);
      return run;
    })
    .immediate();
}

function expired(db: Database, beforeMs: number): number | undefined {
  const candidates = db
    .prepare(
      'SELECT id FROM reading_run WHERE last_time < ? AND id < (SELECT max(id) FROM reading_run) ORDER BY id LIMIT 4',
    )
    .pluck()
    .all(beforeMs) as number[];
  const needed = db
    .prepare(
      `SELECT 1 FROM reading_index i LEFT JOIN snapshot s ON s.series = i.series
       WHERE i.run = ? AND i.id > coalesce(s.reading, 0) LIMIT 1`,
    )
    .pluck();
  return candidates.find((run) => needed.get(run) === undefined);
}

function takeFromStat(
  db: Database,
  gone: readonly [series: number, readings: number, firstMs: number, lastMs: number][],
): void {
  const byFirst = db.prepare('SELECT id, first_time FROM reading_run ORDER BY first_time').raw().all() as [
    number,
    number,
  ][];
  const byLast = db.prepare('SELECT id, last_time FROM reading_run ORDER BY last_time DESC').raw().all() as [
    number,
    number,
  ][];
  const statOf = db
    .prepare('SELECT readings, first_time, last_time, last_value FROM reading_stat WHERE series = ?')
    .raw();
  const firstOf = db
    .prepare('SELECT time FROM reading_index WHERE run = ? AND series = ? ORDER BY time, id LIMIT 1')
    .pluck();
  const lastOf = db
    .prepare('SELECT time, value FROM reading_index WHERE run = ? AND series = ? ORDER BY time DESC, id DESC LIMIT 1')
    .raw();
  const forget = db.prepare('DELETE FROM reading_stat WHERE series = ?');
  const put = db.prepare(
    'UPDATE reading_stat SET readings = ?, first_time = ?, last_time = ?, last_value = ? WHERE series = ?',
  );
  for (const [series, readings, firstMs, lastMs] of gone) {
    const stat = statOf.get(series) as [number, number, number, number];
    if (stat[0] <= readings) {
      forget.run(series);
      continue;
    }
    let first = stat[1];
    let last: readonly [number, number] = [stat[2], stat[3]];
    if (firstMs <= first) {
      first = Number.POSITIVE_INFINITY;
      for (const [run, runFirstMs] of byFirst) {
        if (runFirstMs >= first) break;
        first = Math.min(first, (firstOf.get(run, series) as number | undefined) ?? first);
      }
    }
    if (lastMs >= last[0]) {
      last = [Number.NEGATIVE_INFINITY, 0];
      for (const [run, runLastMs] of byLast) {
        if (runLastMs <= last[0]) break;
        const found = lastOf.get(run, series) as [number, number] | undefined;
        if (found && found[0] > last[0]) last = found;
      }
    }
    put.run(stat[0] - readings, first, last[0], last[1], series);
  }
}
