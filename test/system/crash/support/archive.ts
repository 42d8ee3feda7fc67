import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { SensorMessage } from './workload.js';

export interface StoredReading {
  readonly series: string;
  readonly time: number;
  readonly value: number;
}

/** What stands in a database, read through the public views as any client may, while the daemon runs. */
export class Archive {
  readonly #db: Database.Database;

  constructor(path: string) {
    this.#db = new Database(path, { readonly: true, fileMustExist: true, timeout: 10_000 });
  }

  static count(path: string): number {
    if (!existsSync(path)) return 0;
    const archive = new Archive(path);
    try {
      return archive.count();
    } finally {
      archive.close();
    }
  }

  count(): number {
    try {
      return this.#db.prepare('SELECT count(*) FROM readings').pluck().get() as number;
    } catch (error) {
      if ((error as Error).message.startsWith('no such table')) return 0; // the first start is not that far yet
      throw error;
    }
  }

  readings(): StoredReading[] {
    return this.#db.prepare('SELECT series, time, value FROM readings ORDER BY series, time').all() as StoredReading[];
  }

  has({ series, tMs, y }: Pick<SensorMessage, 'series' | 'tMs' | 'y'>): boolean {
    return (
      this.#db
        .prepare('SELECT 1 FROM readings WHERE series = ? AND value = ? AND time = coalesce(?, time) LIMIT 1')
        .get(series, y, tMs ?? null) !== undefined
    );
  }

  /** The quantiles of every forecast since `fromMs` by `series time`, as JSON gives them: rows horizon, columns levels. */
  forecasts(fromMs = 0): Map<string, string> {
    const rows = this.#db
      .prepare(
        'SELECT series, time, horizon, q10, q50, q90 FROM forecasts WHERE time >= ? ORDER BY series, time, issued, horizon',
      )
      .raw()
      .iterate(fromMs) as IterableIterator<[string, number, number, number, number, number]>;
    const found = new Map<string, string>();
    let key = '';
    let values: number[][] = [];
    const close = () => {
      if (values.length === 0) return;
      if (found.has(key)) throw new Error(`two forecasts of ${key}`);
      found.set(key, JSON.stringify(values));
      values = [];
    };
    for (const [series, time, horizon, ...quantiles] of rows) {
      const here = `${series} ${time}`;
      if (here !== key || horizon === 1) close();
      key = here;
      values.push(quantiles);
    }
    close();
    return found;
  }

  /** Bytes of the pages of a table. @throws when there is none of that name. */
  bytesOf(table: string): number {
    const bytes = this.#db.prepare('SELECT sum(pgsize) FROM dbstat WHERE name = ?').pluck().get(table) as number | null;
    if (bytes === null) throw new Error(`there is no table ${table}`);
    return bytes;
  }

  integrity(): string {
    return this.#db.pragma('integrity_check', { simple: true }) as string;
  }

  close(): void {
    this.#db.close();
  }
}
