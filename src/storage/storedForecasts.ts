import type { Database, Statement } from 'better-sqlite3';
import { unpackDistances } from '../forecast/packForecast.js';
import { tailOf } from './schema.js';

export interface StoredForecast {
  readonly id: number;
  readonly tick: number;
  readonly time: number;
  readonly issued: number;
  readonly step: number;
  readonly value: number; // of its own tick
  readonly model: string;
  readonly horizon: number;
  readonly width: number; // quantile levels
  readonly i10: number | null;
  readonly i50: number | null;
  readonly i90: number | null;
  readonly base: number;
  readonly scale: number;
  readonly k: readonly number[];
}

const columns = `f.id, f.tick, f.time, f.issued, f.step, f.value, m.model, m.horizon, m.width, m.i10, m.i50, m.i90,
  f.base, f.scale, f.k`;
const inRun = `FROM forecast_index i CROSS JOIN forecast f ON f.id = i.id CROSS JOIN forecast_form m ON m.id = f.form
  WHERE i.run = :run AND i.series = :series`;
const inTail = `FROM forecast f CROSS JOIN forecast_form m ON m.id = f.form
  WHERE f.id > ${tailOf.forecast} AND f.series = :series`;

/**
 * The forecasts of one series in one moment of the database, run by run; of a time window only the runs that can reach into it are
 * visited.
 */
export class StoredForecasts {
  readonly #db: Database;
  readonly id: number; // of the series
  readonly #firstRun: number;
  readonly #lastRun: number;
  #found: readonly Packed[] | undefined;

  static of(db: Database, name: string): StoredForecasts | undefined {
    const row = db
      .prepare(
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
    this.#firstRun = firstRun;
    this.#lastRun = lastRun;
  }

  /** Those with a target in the window, in the order of their ticks. */
  within(fromMs: number, toMs: number): StoredForecast[] {
    const bounds = { fromMs: Math.max(fromMs, -8e15), toMs: Math.min(toMs, 8e15) };
    const perRun = this.#db.prepare(
      `SELECT ${columns} ${inRun} AND f.time + m.horizon * f.step >= :fromMs AND f.time < :toMs ORDER BY i.tick`,
    );
    const runs = this.#runs('last_target >= :fromMs AND first_time < :toMs', 'ASC', bounds);
    const reaches = (row: Packed): boolean => lastTargetOf(row) >= bounds.fromMs && row.time < bounds.toMs;
    return [
      ...runs.flatMap((run) => this.#all(perRun, { run, ...bounds })),
      ...this.#tail.filter(reaches).map(unpacked),
    ];
  }

  /** The newest issued at or before a moment, or none. */
  inForce(atMs: number): StoredForecast[] {
    const newest = this.#tail.findLast(({ issued }) => issued <= atMs);
    if (newest) return [unpacked(newest)];
    const perRun = this.#db.prepare(`SELECT ${columns} ${inRun} AND f.issued <= :atMs ORDER BY i.tick DESC LIMIT 1`);
    for (const run of this.#runs('first_issued <= :atMs', 'DESC', { atMs })) {
      const [found] = this.#all(perRun, { run, atMs });
      if (found) return [found];
    }
    return [];
  }

  /** The newest `count`, in the order of their ticks. */
  newest(count: number): StoredForecast[] {
    const perRun = this.#db.prepare(`SELECT ${columns} ${inRun} ORDER BY i.tick DESC LIMIT :count`);
    const found = this.#tail.slice(-count).reverse().map(unpacked);
    for (const run of found.length < count ? this.#runs('true', 'DESC', {}) : []) {
      found.push(...this.#all(perRun, { run, count: count - found.length }));
      if (found.length >= count) break;
    }
    return found.reverse();
  }

  /** The first and the last moment that these forecasts may speak of, as far as runs tell. */
  targets(): [firstMs: number, lastMs: number] {
    const [first, last] = this.#db
      .prepare(
        `SELECT min(first_time), max(last_target) FROM forecast_run WHERE id BETWEEN ${this.#firstRun} AND ${this.#lastRun}`,
      )
      .raw()
      .get() as [number | null, number | null];
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
    const rows = this.#db
      .prepare(
        `SELECT i.tick, i.value FROM forecast_run g CROSS JOIN forecast_index i
           ON i.run = g.id AND i.series = :series AND i.tick BETWEEN :first AND :last
         WHERE g.id BETWEEN ${this.#firstRun} AND ${this.#lastRun} AND g.last_time >= :firstMs`,
      )
      .raw()
      .all({ series: this.id, first, firstMs, last }) as [number, number][];
    const actuals = new Map(rows);
    for (const { tick, value } of this.#tail) if (tick >= first && tick <= last) actuals.set(tick, value);
    return actuals;
  }

  /** Those that no run has yet, in the order of their ticks. They stand among those of all series: they are looked for once. */
  get #tail(): readonly Packed[] {
    this.#found ??= this.#db
      .prepare(`SELECT ${columns} ${inTail} ORDER BY f.tick`)
      .all({ series: this.id }) as Packed[];
    return this.#found;
  }

  #runs(condition: string, order: 'ASC' | 'DESC', bounds: Record<string, number>): number[] {
    return this.#db
      .prepare(
        `SELECT id FROM forecast_run WHERE id BETWEEN ${this.#firstRun} AND ${this.#lastRun} AND ${condition} ORDER BY id ${order}`,
      )
      .pluck()
      .all(bounds) as number[];
  }

  #all(statement: Statement, values: Record<string, number>): StoredForecast[] {
    return (statement.all({ series: this.id, ...values }) as Packed[]).map(unpacked);
  }
}

type Packed = Omit<StoredForecast, 'k'> & { readonly k: string };

const lastTargetOf = ({ time, horizon, step }: Packed): number => time + horizon * step;

const least = (values: readonly number[]): number => values.reduce((min, value) => Math.min(min, value));

const unpacked = (row: Packed): StoredForecast => ({ ...row, k: unpackDistances(row.k) });

/** Finds forecasts by their ids. */
export function storedForecast(db: Database): (id: number) => StoredForecast {
  const one = db.prepare(`SELECT ${columns} FROM forecast f JOIN forecast_form m ON m.id = f.form WHERE f.id = ?`);
  return (id) => unpacked(one.get(id) as Packed);
}
