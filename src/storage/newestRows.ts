import type { Database, Statement } from 'better-sqlite3';
import type { ReadingListing } from '../listing/seriesItem.js';
import type { StoredForecast } from '../listing/storedForecast.js';
import { tailOf } from './schema.js';
import { storedForecast } from './storedForecasts.js';

/** The newest rows of many series of one moment: the tail, which is in no order of series, is read once for all of them. */
export class NewestRows {
  readonly #tailForecasts: ReadonlyMap<number, number>; // by series, the id of its newest
  readonly #tailReadings = new Map<number, ReadingListing[]>();
  readonly #runOfForecast: Statement;
  readonly #runsOfReadings: Statement;
  readonly #inForecastRun: Statement;
  readonly #inReadingRun: Statement;
  readonly #forecast: (id: number) => StoredForecast;

  constructor(db: Database) {
    const raw = (sql: string) => db.prepare(sql).raw();
    this.#tailForecasts = new Map(
      raw(`SELECT series, max(id) FROM forecast WHERE id > ${tailOf.forecast} GROUP BY series`).all() as [
        ...[number, number],
      ][],
    );
    const readings = raw(`SELECT series, time, value FROM reading WHERE id > ${tailOf.reading}`);
    for (const [series, time, value] of readings.iterate() as Iterable<[number, number, number]>) {
      const rows = this.#tailReadings.get(series);
      if (rows) rows.push({ time, value });
      else this.#tailReadings.set(series, [{ time, value }]);
    }
    this.#runOfForecast = db.prepare('SELECT last_run FROM forecast_stat WHERE series = ?').pluck();
    this.#inForecastRun = db
      .prepare('SELECT id FROM forecast_index WHERE run = ? AND series = ? ORDER BY tick DESC LIMIT 1')
      .pluck();
    this.#runsOfReadings = db
      .prepare(
        `SELECT g.id FROM reading_stat s CROSS JOIN reading_run g
         ON g.last_id >= s.first_id AND g.first_id <= s.last_id WHERE s.series = ? ORDER BY g.id DESC`,
      )
      .pluck();
    this.#inReadingRun = db.prepare(
      'SELECT time, value FROM reading_index WHERE run = ? AND series = ? ORDER BY time DESC LIMIT ?',
    );
    this.#forecast = storedForecast(db);
  }

  forecast(series: number): StoredForecast | undefined {
    let id = this.#tailForecasts.get(series);
    if (id === undefined) {
      const run = this.#runOfForecast.get(series) as number | undefined;
      if (run !== undefined) id = this.#inForecastRun.get(run, series) as number | undefined;
    }
    return id === undefined ? undefined : this.#forecast(id);
  }

  /** In the order of their times; late ones among them where they belong, as far as the runs looked at have them. */
  readings(series: number, count: number): ReadingListing[] {
    const found = [...(this.#tailReadings.get(series) ?? [])];
    if (found.length < count) {
      for (const run of this.#runsOfReadings.iterate(series) as Iterable<number>) {
        found.push(...(this.#inReadingRun.all(run, series, count - found.length) as ReadingListing[]));
        if (found.length >= count) break;
      }
    }
    return found.sort((a, b) => a.time - b.time).slice(count === 0 ? found.length : -count);
  }
}
