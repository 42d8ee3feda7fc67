import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { RowInserter } from '../../../src/storage/rowInserter.js';

const rows = (count: number) => Array.from({ length: count }, (_, i) => [i + 1, `row ${i + 1}`]);

function put(inserter: RowInserter, given: readonly (readonly (number | string)[])[]): void {
  const values = inserter.begin();
  for (const row of given) {
    values.push(...row);
    inserter.next();
  }
  inserter.end();
}

describe('RowInserter', () => {
  it.each([0, 1, 3, 4, 5, 8, 11])('puts %d rows, four at a time, each once and in order', (count) => {
    const db = new Database(':memory:');
    db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)');
    put(new RowInserter(db, 't', 2, 4), rows(count));
    expect(db.prepare('SELECT * FROM t').raw().all()).toEqual(rows(count));
    db.close();
  });

  it('begins anew after a transaction that failed between two statements', () => {
    const db = new Database(':memory:');
    db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT CHECK (length(text) < 9))');
    const inserter = new RowInserter(db, 't', 2, 4);
    expect(() =>
      put(inserter, [
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
        [4, 'far too long'],
      ]),
    ).toThrow(/CHECK/);
    put(inserter, rows(2));
    expect(db.prepare('SELECT * FROM t').raw().all()).toEqual(rows(2));
    db.close();
  });
});
