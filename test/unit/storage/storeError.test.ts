import { describe, expect, it } from 'vitest';
import { StepcastError } from '../../../src/errors.js';
import { failureCode, storeError, toStoreError } from '../../../src/storage/storeError.js';

const failed = (code: string): Error => Object.assign(new Error('x'), { code });

describe('an error of the store', () => {
  it.each([
    ['SQLITE_FULL', 'STORE_FULL'],
    ['SQLITE_CORRUPT_INDEX', 'STORE_CORRUPT'],
    ['SQLITE_NOTADB', 'STORE_CORRUPT'],
    ['SQLITE_READONLY_DBMOVED', 'STORE_READ_ONLY'],
    ['SQLITE_BUSY_SNAPSHOT', 'STORE_LOCKED'],
    ['SQLITE_IOERR_FSYNC', 'STORE_IO'],
    ['SQLITE_CANTOPEN', 'STORE_IO'],
    ['SQLITE_SCHEMA', 'STORE_IO'],
    ['ENOSPC', 'STORE_FULL'],
    ['EROFS', 'STORE_READ_ONLY'],
    ['ENOENT', 'STORE_IO'],
  ])('%s is told as %s, with what to do', (found, code) => {
    const error = toStoreError('open store', 'a.db', failed(found)) as StepcastError;
    expect(error).toMatchObject({ code, op: 'open store', subject: 'a.db' });
    expect(error.line).toContain(found);
    expect(error.hint).toMatch(/\w/);
  });

  it('is left alone when it is one already, or a mistake of the program', () => {
    const known = storeError('read', 'a.db', 'STORE_MISSING', 'there is none');
    expect(known).toBeInstanceOf(StepcastError);
    expect(toStoreError('open store', 'b.db', known)).toBe(known);
    const mistake = new TypeError('no');
    expect(toStoreError('open store', 'b.db', mistake)).toBe(mistake);
    expect([failureCode(mistake), failureCode(undefined), failureCode(failed('ERR_INVALID_ARG_TYPE'))]).toEqual([
      ...[undefined, undefined, undefined],
    ]);
  });
});
