import { type ErrorCode, StepcastError } from '../errors.js';

const hints: Partial<Record<ErrorCode, string>> = {
  STORE_FULL: 'make room on this disk, or shorten store.retention; nothing is acknowledged until then',
  STORE_CORRUPT: 'move the file away and start anew, or bring back a copy of it',
  STORE_READ_ONLY: 'give this user the right to write the file and its folder, or choose another path',
  STORE_LOCKED: 'end the other program, or give each its own path',
  STORE_NEWER: 'install that version, or choose another path',
  STORE_MISSING: 'a daemon makes it: `stepcast run --db FILE`',
  STORE_IO: 'look at the disk and its folder',
};

const byPrefix: readonly (readonly [prefix: string, code: ErrorCode, message: string])[] = [
  ['SQLITE_FULL', 'STORE_FULL', 'the disk is full'],
  ['SQLITE_NOTADB', 'STORE_CORRUPT', 'it is not an SQLite database'],
  ['SQLITE_CORRUPT', 'STORE_CORRUPT', 'the database is damaged'],
  ['SQLITE_READONLY', 'STORE_READ_ONLY', 'it cannot be written'],
  ['SQLITE_BUSY', 'STORE_LOCKED', 'another program has locked it'],
  ['SQLITE_IOERR', 'STORE_IO', 'the disk failed'],
  ['SQLITE_CANTOPEN', 'STORE_IO', 'it cannot be opened'],
  ['ENOSPC', 'STORE_FULL', 'the disk is full'],
  ['EACCES', 'STORE_READ_ONLY', 'this user may not open it'],
  ['EPERM', 'STORE_READ_ONLY', 'this user may not open it'],
  ['EROFS', 'STORE_READ_ONLY', 'its file system is read-only'],
  ['ENOENT', 'STORE_IO', 'its folder does not exist'],
  ['ENOTDIR', 'STORE_IO', 'its folder does not exist'],
  ['EISDIR', 'STORE_IO', 'it is a folder'],
];

export const storeError = (
  op: string,
  path: string,
  code: ErrorCode,
  message: string,
  cause?: unknown,
): StepcastError => new StepcastError({ code, op, subject: path, message, hint: hints[code], cause });

/** The code of an error of SQLite or of the file system; undefined for any other, which is a mistake of the program. */
export function failureCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^(SQLITE_|E[A-Z]+$)/.test(code) ? code : undefined;
}

/** An error of SQLite or of the file system in words; anything else, a StepcastError too, comes back as it is. */
export function toStoreError(op: string, path: string, error: unknown): unknown {
  const found = failureCode(error);
  if (found === undefined || error instanceof StepcastError) return error;
  const [, code, message] = byPrefix.find(([prefix]) => found.startsWith(prefix)) ?? [
    '',
    'STORE_IO' as const,
    'it failed',
  ];
  return storeError(op, path, code, `${message} (${found})`, error);
}
