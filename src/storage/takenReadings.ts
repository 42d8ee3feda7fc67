import type { Database } from 'better-sqlite3';
import type { ReadingRow } from '../pipeline/ports.js';
import type { ReadingRun } from './protocol.js';

type Key = Pick<ReadingRow, 'id' | 'series' | 'tMs' | 'y'>;

/** Which readings were taken: those after the last run from memory, the others by the index of the runs that can hold them. */
export class TakenReadings {
  readonly #tail = new Set<string>();
  readonly #waiting: { id: number; key: string }[] = []; // of #tail, in log order
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

  add(row: Key): void {
    const key = keyOf(row.series, row.tMs, row.y);
    this.#tail.add(key);
    this.#waiting.push({ id: row.id, key });
  }

  has(series: number, tMs: number, y: number): boolean {
    if (this.#tail.has(keyOf(series, tMs, y))) return true;
    return this.#runs.some(
      (run) => run.firstMs <= tMs && tMs <= run.lastMs && this.#find.get(run.id, series, tMs, y) !== undefined,
    );
  }

  runBuilt(run: ReadingRun): void {
    this.#runs.push(run);
    let settled = 0;
    for (; settled < this.#waiting.length && this.#waiting[settled].id <= run.lastId; settled++) {
      this.#tail.delete(this.#waiting[settled].key);
    }
    this.#waiting.splice(0, settled);
  }

  runDropped(id: number): void {
    const at = this.#runs.findIndex((run) => run.id === id);
    if (at >= 0) this.#runs.splice(at, 1);
  }
}

const keyOf = (series: number, tMs: number, y: number): string => `${series} ${tMs} ${y}`;
