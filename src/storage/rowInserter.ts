import type { Database, Statement } from 'better-sqlite3';

type Value = number | string | null;

/** Puts rows into one table within the caller's transaction, many with one statement: to run a statement costs more than a row does. */
export class RowInserter {
  readonly #one: Statement;
  readonly #many: Statement;
  readonly #width: number;
  readonly #full: number; // values of #many
  #values: Value[] = [];

  constructor(db: Database, table: string, width: number, together: number) {
    const row = `(${Array(width).fill('?').join(', ')})`;
    const insert = (rows: number): Statement =>
      db.prepare(`INSERT OR REPLACE INTO ${table} VALUES ${Array(rows).fill(row).join(', ')}`);
    this.#one = insert(1);
    this.#many = insert(together);
    this.#width = width;
    this.#full = width * together;
  }

  /** Where the values of each row are pushed, to be followed by `next`. What a failed transaction left there is gone. */
  begin(): Value[] {
    this.#values = [];
    return this.#values;
  }

  next(): void {
    if (this.#values.length < this.#full) return;
    this.#many.run(...this.#values);
    this.#values.length = 0;
  }

  end(): void {
    const values = this.#values;
    for (let at = 0; at < values.length; at += this.#width) this.#one.run(...values.slice(at, at + this.#width));
  }
}
