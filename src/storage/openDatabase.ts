import Database from 'better-sqlite3';
import { inspectFile, newerError } from './inspectFile.js';
import { applicationId, migrations, schemaVersion } from './schema.js';
import { storeError, toStoreError } from './storeError.js';

/** Opens a database for writing, makes it durable, and brings its layout up to date. */
export function openForWriting(path: string): Database.Database {
  const op = 'open store';
  const db = new Database(path, { timeout: 5000 });
  try {
    assertOwn(op, db, path);
    if (db.pragma('journal_mode = WAL', { simple: true }) !== 'wal') {
      throw storeError(op, path, 'STORE_IO', 'this file system cannot hold a write-ahead log (is it a network share?)');
    }
    db.pragma('synchronous = FULL'); // better-sqlite3 builds SQLite with NORMAL for WAL: a power cut would lose commits
    if (db.pragma('synchronous', { simple: true }) !== 2) throw new Error('synchronous = FULL was refused');
    db.pragma('wal_autocheckpoint = 1000');
    db.pragma('cache_size = -2000');
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Opens a database for reading, beside the daemon that may be writing it.
 *
 * @throws {StepcastError} STORE_MISSING, STORE_NEWER, STORE_CORRUPT, STORE_READ_ONLY or STORE_IO.
 */
export function openForReading(path: string): Database.Database {
  const op = 'read';
  if (!inspectFile(op, path, 'read')) throw storeError(op, path, 'STORE_MISSING', 'there is no such database');
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { readonly: true, timeout: 5000 });
    assertOwn(op, db, path);
    if (db.pragma('user_version', { simple: true }) === 0) {
      throw storeError(op, path, 'STORE_MISSING', 'nothing was ever stored in it');
    }
    return db;
  } catch (error) {
    db?.close();
    throw toStoreError(op, path, error);
  }
}

function assertOwn(op: string, db: Database.Database, path: string): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  const isOurs = db.pragma('application_id', { simple: true }) === applicationId;
  if (!isOurs && db.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get()) {
    throw storeError(op, path, 'STORE_CORRUPT', 'it is the database of another program');
  }
  if (isOurs && version > schemaVersion) throw newerError(op, path, version);
}

function migrate(db: Database.Database): void {
  db.transaction(() => {
    const version = db.pragma('user_version', { simple: true }) as number;
    if (version === schemaVersion) return;
    for (const migration of migrations.slice(version)) db.exec(migration);
    db.pragma(`application_id = ${applicationId}`);
    db.pragma(`user_version = ${schemaVersion}`);
  }).immediate();
}
