import type { Database } from 'better-sqlite3';
import { tailOf } from './schema.js';

/** Sorts and indexes the oldest `size` forecasts of the tail, in one transaction. */
export function buildForecastRun(db: Database, size: number): void {
  db.transaction(() => {
    const run = (db.prepare('SELECT coalesce(max(id), 0) + 1 FROM forecast_run').pluck().get() as number) ?? 1;
    const [firstId, lastId, firstIssuedMs, lastTargetMs] = db
      .prepare(
        `SELECT min(f.id), max(f.id), min(f.issued), max(f.time + m.horizon * f.step)
         FROM (SELECT * FROM forecast WHERE id > ${tailOf.forecast} ORDER BY id LIMIT ?) f JOIN forecast_form m ON m.id = f.form`,
      )
      .raw()
      .get(size) as number[];
    db.prepare(
      `INSERT INTO forecast_index SELECT ?, series, tick, time, id, value FROM forecast WHERE id BETWEEN ? AND ?
       ORDER BY series, tick, id`,
    ).run(run, firstId, lastId);
    db.prepare(
      'INSERT INTO forecast_run SELECT ?, ?, ?, min(time), max(time), ?, ? FROM forecast_index WHERE run = ?',
    ).run(run, firstId, lastId, firstIssuedMs, lastTargetMs, run);
    db.prepare(
      `INSERT INTO forecast_stat SELECT series, run, run, max(tick), time FROM forecast_index WHERE run = ? GROUP BY series
       ON CONFLICT (series) DO UPDATE
       SET last_run = excluded.last_run, last_tick = excluded.last_tick, last_time = excluded.last_time`,
    ).run(run);
  }).immediate();
}

/** Deletes the oldest run whose forecasts were all issued for readings before `beforeMs`. The newest run stays. */
export function dropForecastRun(db: Database, beforeMs: number): boolean {
  return db
    .transaction(() => {
      const run = db
        .prepare(
          'SELECT id FROM forecast_run WHERE last_time < ? AND id < (SELECT max(id) FROM forecast_run) ORDER BY id LIMIT 1',
        )
        .pluck()
        .get(beforeMs) as number | undefined;
      if (run === undefined) return false;
      db.prepare(
        'DELETE FROM forecast WHERE id BETWEEN (SELECT first_id FROM forecast_run WHERE id = $run) AND (SELECT last_id FROM forecast_run WHERE id = $run)',
      ).run({ run });
      db.prepare('DELETE FROM forecast_index WHERE run = ?').run(run);
      db.prepare('DELETE FROM forecast_run WHERE id = ?').run(run);
      db.prepare(
        'UPDATE forecast_stat SET first_run = (SELECT min(id) FROM forecast_run WHERE id > $run) WHERE first_run = $run',
      ).run({ run });
      return true;
    })
    .immediate();
}
