import { accessSync, closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { applicationId, schemaVersion } from './schema.js';
import { storeError, toStoreError } from './storeError.js';

const magic = 'SQLite format 3\0';

/**
 * Looks at a database file before SQLite does: opening a database, even for reading, may leave files beside it and may move
 * its log into it. Returns whether there is one; a file of no bytes is none yet.
 *
 * @throws {StepcastError} STORE_CORRUPT, STORE_NEWER, STORE_READ_ONLY or STORE_IO.
 */
export function inspectFile(op: string, path: string, use: 'read' | 'write'): boolean {
  try {
    if (use === 'write') accessSync(dirname(path), constants.W_OK);
    const sizeBytes = statSync(path, { throwIfNoEntry: false })?.size;
    if (sizeBytes === undefined) return false;
    const file = openSync(path, use === 'write' ? 'r+' : 'r');
    try {
      if (fstatSync(file).isDirectory()) throw storeError(op, path, 'STORE_IO', 'it is a folder');
      if (sizeBytes === 0) return false;
      const header = Buffer.alloc(100);
      readSync(file, header, 0, header.length, 0);
      inspectHeader(op, path, header, sizeBytes);
    } finally {
      closeSync(file);
    }
    return true;
  } catch (error) {
    throw toStoreError(op, path, error);
  }
}

function inspectHeader(op: string, path: string, header: Buffer, sizeBytes: number): void {
  if (sizeBytes < 512 || header.toString('latin1', 0, 16) !== magic) {
    throw storeError(op, path, 'STORE_CORRUPT', 'it is not an SQLite database');
  }
  const version = header.readUInt32BE(60);
  const isOurs = header.readUInt32BE(68) === applicationId;
  if (isOurs && version > schemaVersion) throw newerError(op, path, version);
  const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const logBytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const hasTables = header.readUInt32BE(40) > 0; // the schema cookie; a log may still hold the tables, and whose they are
  if (!isOurs && hasTables && logBytes === 0) {
    throw storeError(op, path, 'STORE_CORRUPT', 'it is the database of another program');
  }
  if (logBytes === 0 && header.readUInt32BE(28) * pageBytes > sizeBytes) {
    throw storeError(op, path, 'STORE_CORRUPT', 'the file was cut short');
  }
}

export const newerError = (op: string, path: string, version: number) =>
  storeError(
    op,
    path,
    'STORE_NEWER',
    `a newer stepcast wrote it (layout ${version}, this one knows up to ${schemaVersion})`,
  );
