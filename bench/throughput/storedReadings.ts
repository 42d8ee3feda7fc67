import Database from 'better-sqlite3';

/** How much a database holds, asked cheaply while the daemon writes it. */
export class StoredReadings {
  readonly #db: Database.Database;
  readonly #last: Database.Statement;

  constructor(path: string) {
    this.#db = new Database(path, { readonly: true });
    this.#last = this.#db.prepare('SELECT coalesce(max(id), 0) FROM reading').pluck();
  }

  /** Place of the newest reading in the log. They are numbered one by one. */
  get lastId(): number {
    return this.#last.get() as number;
  }

  count(table: 'reading' | 'forecast'): number {
    return this.#db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
  }

  close(): void {
    this.#db.close();
  }
}
