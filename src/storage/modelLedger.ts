import type { Database } from 'better-sqlite3';
import type { ModelLedger, ModelRequest, ModelVersion } from '../pipeline/modelVersions.js';
import { LedgerWriter } from './ledgerWriter.js';
import { openForReading, openForWriting } from './openDatabase.js';
import type { LedgerEntries } from './protocol.js';
import { toStoreError } from './storeError.js';
import { takeWriterLock } from './writerLock.js';

/** Reads the ledger through `db`; what it writes goes to `write`. */
export class StoredLedger implements ModelLedger {
  readonly #db: Database;
  readonly #write: (entries: LedgerEntries) => void;
  readonly #requests;

  constructor(db: Database, write: (entries: LedgerEntries) => void) {
    this.#db = db;
    this.#write = write;
    this.#requests = db.prepare('SELECT id, source, target, decided FROM model_request ORDER BY id');
  }

  versions(): ModelVersion[] {
    const rows = this.#db.prepare('SELECT * FROM models ORDER BY created, name, version').all() as VersionRow[];
    return rows.map(({ created, parent, ...row }) => ({ ...row, createdMs: created, parent: parent ?? undefined }));
  }

  hashesInUse(): Set<string> {
    const models = this.#db.prepare('SELECT DISTINCT model FROM snapshot').pluck().all() as string[];
    return new Set(models.flatMap((model) => model.split(' ')));
  }

  requests(): ModelRequest[] {
    const rows = this.#requests.all() as (Omit<ModelRequest, 'decided'> & { decided: number })[];
    return rows.map((row) => ({ ...row, decided: row.decided === 1 }));
  }

  write(entries: LedgerEntries): void {
    this.#write(entries);
  }
}

type VersionRow = Omit<ModelVersion, 'createdMs' | 'parent'> & { created: number; parent: string | null };

/**
 * Works on the ledger of a database that no daemon runs on, as its only writer.
 *
 * @throws {StepcastError} STORE_LOCKED while one runs.
 */
export function withLedger<T>(path: string, work: (ledger: ModelLedger, db: Database) => T): T {
  openForReading(path).close(); // nothing is made where there is no database
  const unlock = takeWriterLock(path);
  try {
    const db = openForWriting(path);
    try {
      return work(new StoredLedger(db, (entries) => new LedgerWriter(db).write(entries)), db);
    } finally {
      db.close();
    }
  } catch (error) {
    throw toStoreError('write', path, error);
  } finally {
    unlock();
  }
}
