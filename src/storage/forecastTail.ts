import type { Database } from 'better-sqlite3';
import { prepared } from './prepared.js';
import { tailOf } from './schema.js';

const tails = new WeakMap<Database, ForecastTail>();
const none: readonly number[] = [];

/**
 * The forecasts that no run has yet, by series. They stand among those of all series, in the order in which they came: a connection that is
 * asked again reads only those that have come since.
 */
export class ForecastTail {
  readonly #db: Database;
  readonly #ids = new Map<number, number[]>();
  #behind = -1; // id of the last row that is in a run
  #readTo = -1;

  static of(db: Database): ForecastTail {
    let tail = tails.get(db);
    if (!tail) tails.set(db, (tail = new ForecastTail(db)));
    return tail;
  }

  private constructor(db: Database) {
    this.#db = db;
  }

  /** Ids of its rows in the moment of the database that the connection is in, ascending. */
  of(series: number): readonly number[] {
    const behind = prepared(this.#db, `SELECT ${tailOf.forecast}`).pluck().get() as number;
    if (behind !== this.#behind) {
      this.#ids.clear();
      this.#behind = this.#readTo = behind;
    }
    const rows = prepared(this.#db, 'SELECT id, series FROM forecast WHERE id > ? ORDER BY id').raw();
    for (const [id, owner] of rows.all(this.#readTo) as [id: number, owner: number][]) {
      const ids = this.#ids.get(owner);
      if (ids) ids.push(id);
      else this.#ids.set(owner, [id]);
      this.#readTo = id;
    }
    return this.#ids.get(series) ?? none;
  }
}
