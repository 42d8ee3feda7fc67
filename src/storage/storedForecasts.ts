import type { Database } from 'better-sqlite3';
import { lastTargetOf, type PackedForecast, type StoredForecast, unpackedForecast } from '../listing/storedForecast.js';
import { ForecastTail } from './forecastTail.js';
import { prepared } from './prepared.js';

const columns = `f.id, f.tick, f.time, f.issued, f.step, f.value, m.model, m.horizon, m.width, m.i10, m.i50, m.i90,
  f.base, f.scale, f.k`;
const inRuns = `FROM forecast_run g CROSS JOIN forecast_index i ON i.run = g.id AND i.series = :series
  CROSS JOIN forecast f ON f.id = i.id CROSS JOIN forecast_form m ON m.id = f.form
  WHERE g.id BETWEEN :firstRun AND :lastRun`;
const byId = `SELECT ${columns} FROM forecast f JOIN forecast_form m ON m.id = f.form WHERE f.id = ?`;

/**
 * The forecasts of one series in one moment of the database, run by run; of a time window only the runs that can reach into it are
 * visited.
 */
export class StoredForecasts {
  readonly #db: Database;
  readonly id: number; // of the series
  readonly #runs: { readonly series: number; readonly firstRun: number; readonly lastRun: number };
  #found: readonly PackedForecast[] | undefined;

  static of(db: Database, name: string): StoredForecasts | undefined {
    const row = prepared(
      db,
      `SELECT d.id, coalesce(s.first_run, 1), coalesce(s.last_run, 0)
       FROM series_def d LEFT JOIN forecast_stat s ON s.series = d.id WHERE d.name = ?`,
    )
      .raw()
      .get(name) as [number, number, number] | undefined;
    return row && new StoredForecasts(db, ...row);
  }

  private constructor(db: Database, series: number, firstRun: number, lastRun: number) {
    this.#db = db;
    this.id = series;
    this.#runs = { series, firstRun, lastRun };
  }

  /** Those with a target in the window, in the order of their ticks. */
  within(fromMs: number, toMs: number): StoredForecast[] {
    const bounds = { fromMs: Math.max(fromMs, -8e15), toMs: Math.min(toMs, 8e15) };
    const reaches = (row: PackedForecast): boolean => lastTargetOf(row) >= bounds.fromMs && row.time < bounds.toMs;
    const found = this.#inRuns(
      `AND g.last_target >= :fromMs AND g.first_time < :toMs
       AND f.time + m.horizon * f.step >= :fromMs AND f.time < :toMs ORDER BY g.id, i.tick`,
      bounds,
    );
    return [...found, ...this.#tail.filter(reaches).map(unpackedForecast)];
  }

  /** The newest issued at or before a moment, or none. */
  inForce(atMs: number): StoredForecast[] {
    const newest = this.#tail.findLast(({ issued }) => issued <= atMs);
    if (newest) return [unpackedForecast(newest)];
    return this.#inRuns('AND g.first_issued <= :atMs AND f.issued <= :atMs ORDER BY g.id DESC, i.tick DESC LIMIT 1', {
      atMs,
    });
  }

  /** The newest `count`, in the order of their ticks. */
  newest(count: number): StoredForecast[] {
    const found = this.#tail.slice(-count).map(unpackedForecast);
    if (found.length === count) return found;
    const earlier = this.#inRuns('ORDER BY g.id DESC, i.tick DESC LIMIT :count', { count: count - found.length });
    return [...earlier.reverse(), ...found];
  }

  /** The first and the last moment that these forecasts may speak of, as far as runs tell. */
  targets(): [firstMs: number, lastMs: number] {
    const [first, last] = prepared(
      this.#db,
      'SELECT min(first_time), max(last_target) FROM forecast_run WHERE id BETWEEN :firstRun AND :lastRun',
    )
      .raw()
      .get(this.#runs) as [number | null, number | null];
    const firsts = [...(first === null ? [] : [first]), ...this.#tail.map(({ time }) => time)];
    const lasts = [...(last === null ? [] : [last]), ...this.#tail.map(lastTargetOf)];
    return firsts.length === 0 ? [0, -1] : [least(firsts), -least(lasts.map((ms) => -ms))];
  }

  /** Values by tick, of all ticks these forecasts speak of that have come: each has a forecast of its own. */
  actuals(forecasts: readonly StoredForecast[]): Map<number, number> {
    if (forecasts.length === 0) return new Map();
    const first = forecasts[0].tick + 1;
    const firstMs = forecasts[0].time;
    const last = forecasts.reduce((max, { tick, horizon }) => Math.max(max, tick + horizon), 0);
    const rows = prepared(
      this.#db,
      `SELECT i.tick, i.value FROM forecast_run g CROSS JOIN forecast_index i
         ON i.run = g.id AND i.series = :series AND i.tick BETWEEN :first AND :last
       WHERE g.id BETWEEN :firstRun AND :lastRun AND g.last_time >= :firstMs`,
    )
      .raw()
      .all({ ...this.#runs, first, firstMs, last }) as [number, number][];
    const actuals = new Map(rows);
    for (const { tick, value } of this.#tail) if (tick >= first && tick <= last) actuals.set(tick, value);
    return actuals;
  }

  /** Those that no run has yet, in the order of their ticks. */
  get #tail(): readonly PackedForecast[] {
    this.#found ??= ForecastTail.of(this.#db)
      .of(this.id)
      .map((id) => prepared(this.#db, byId).get(id) as PackedForecast)
      .sort((a, b) => a.tick - b.tick);
    return this.#found;
  }

  #inRuns(conditionAndOrder: string, values: Record<string, number>): StoredForecast[] {
    const statement = prepared(this.#db, `SELECT ${columns} ${inRuns} ${conditionAndOrder}`);
    return (statement.all({ ...this.#runs, ...values }) as PackedForecast[]).map(unpackedForecast);
  }
}

const least = (values: readonly number[]): number => values.reduce((min, value) => Math.min(min, value));

/** Finds forecasts by their ids. */
export function storedForecast(db: Database): (id: number) => StoredForecast {
  const one = prepared(db, byId);
  return (id) => unpackedForecast(one.get(id) as PackedForecast);
}
