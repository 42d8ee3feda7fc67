/** Commits rows to a database for ever, each in a transaction of its own, and prints the number of the last that is committed. */
import { writeSync } from 'node:fs';
import Database from 'better-sqlite3';

const [path, synchronous] = process.argv.slice(2);
const db = new Database(path);
db.pragma('journal_mode = WAL');
db.pragma(`synchronous = ${synchronous}`);
db.exec('CREATE TABLE committed(n INTEGER PRIMARY KEY)');
const insert = db.prepare('INSERT INTO committed VALUES(?)');
for (let n = 1; ; n++) {
  insert.run(n);
  writeSync(1, `${n}\n`);
}
