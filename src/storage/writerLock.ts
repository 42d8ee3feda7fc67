import Database from 'better-sqlite3';
import { storeError, toStoreError } from './storeError.js';

/**
 * Makes this the only daemon on a database. The lock is an open transaction on the empty file PATH-lock: the system takes it
 * back however the process dies, and readers of the database know nothing of it. The file stays: whoever deleted it could
 * delete the lock that another has just taken.
 *
 * @returns what releases it. @throws {StepcastError} STORE_LOCKED, or why the file cannot be made.
 */
export function takeWriterLock(path: string): () => void {
  const op = 'open store';
  let lock: Database.Database | undefined;
  try {
    lock = new Database(`${path}-lock`, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY')) {
      throw storeError(op, path, 'STORE_LOCKED', 'another stepcast writes to it', error);
    }
    throw toStoreError(op, path, error);
  }
  return () => lock.close();
}
