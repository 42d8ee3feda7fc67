import type { Database } from 'better-sqlite3';
import type { ReadingRow } from '../pipeline/ports.js';
import type { ReadingRun } from './protocol.js';

type Taken = Pick<ReadingRow, 'id' | 'series' | 'tMs' | 'y'>;

/**
 * Which readings were taken: those after the last run from memory, the others by the index of the runs that can hold them.
 * Every reading is added and few are asked for, so that adding is a push and asking a short search.
 */
export class TakenReadings {
  readonly #tail = new Map<number, Taken[]>(); // by series, in log order
  readonly #runs: ReadingRun[];
  readonly #find;

  constructor(db: Database, runs: readonly ReadingRun[]) {
    this.#runs = [...runs];
    this.#find = db
      .prepare('SELECT 1 FROM reading_index WHERE run = ? AND series = ? AND time = ? AND value = ? LIMIT 1')
      .pluck();
  }

  get runs(): number {
    return this.#runs.length;
  }

  add(row: Taken): void {
    const rows = this.#tail.get(row.series);
    if (rows) rows.push(row);
    else this.#tail.set(row.series, [row]);
  }

  has(series: number, tMs: number, y: number): boolean {
    if (this.#tail.get(series)?.some((row) => row.tMs === tMs && row.y === y)) return true;
    return this.#runs.some(
      (run) => run.firstMs <= tMs && tMs <= run.lastMs && this.#find.get(run.id, series, tMs, y) !== undefined,
    );
  }

  runBuilt(run: ReadingRun): void {
    this.#runs.push(run);
    for (const [series, rows] of this.#tail) {
      const settled = rows.findIndex(({ id }) => id > run.lastId);
      if (settled < 0) this.#tail.delete(series);
      else if (settled > 0) rows.splice(0, settled);
    }
  }

  runDropped(id: number): void {
    const at = this.#runs.findIndex((run) => run.id === id);
    if (at >= 0) this.#runs.splice(at, 1);
  }
}
