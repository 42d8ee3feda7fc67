import type { Database } from 'better-sqlite3';
import { tailOf } from './schema.js';

/** The tick of the newest committed forecast of every series. */
export function lastForecastTicks(db: Database): Map<number, number> {
  const last = new Map<number, number>();
  const indexed = db.prepare('SELECT series, last_tick FROM forecast_stat').raw();
  const tail = db.prepare(`SELECT series, tick FROM forecast WHERE id > ${tailOf.forecast} ORDER BY id`).raw();
  for (const rows of [indexed, tail]) {
    for (const [series, tick] of rows.iterate() as Iterable<number[]>) {
      last.set(series, Math.max(tick, last.get(series) ?? -1));
    }
  }
  return last;
}
