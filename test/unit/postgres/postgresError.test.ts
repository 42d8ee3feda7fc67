import { describe, expect, it } from 'vitest';
import { StepcastError } from '../../../src/errors.js';
import { passingFailure, toPostgresError } from '../../../src/postgres/postgresError.js';

const failure = (code: string | undefined, message = 'it broke') => Object.assign(new Error(message), code && { code });
const translated = (error: unknown) => toPostgresError('commit to', 'postgres://db/stepcast', error) as StepcastError;

describe('a failure of PostgreSQL', () => {
  it.each([
    ['08006', 'STORE_UNREACHABLE'],
    ['57P01', 'STORE_UNREACHABLE'],
    ['53300', 'STORE_UNREACHABLE'],
    ['25006', 'STORE_UNREACHABLE'],
    ['ECONNREFUSED', 'STORE_UNREACHABLE'],
    ['53100', 'STORE_FULL'],
    ['58030', 'STORE_FULL'],
    ['40P01', 'STORE_IO'],
    ['55P03', 'STORE_IO'],
  ])('%s passes, and is tried again: %s', (code, expected) => {
    expect(passingFailure('commit to', 'db', failure(code))?.code).toBe(expected);
    expect(translated(failure(code)).hint).toBeTruthy();
  });

  it.each(['Connection terminated unexpectedly', 'Query read timeout', 'timeout exceeded when trying to connect'])(
    'that pg tells in words alone passes: %s',
    (message) => expect(passingFailure('commit to', 'db', failure(undefined, message))?.code).toBe('STORE_UNREACHABLE'),
  );

  it.each(['28P01', '3D000', '42501'])('%s is a refusal, and not tried again', (code) => {
    expect(passingFailure('open store', 'db', failure(code))).toBeUndefined();
    expect(translated(failure(code)).code).toBe('STORE_REFUSED');
  });

  it('that is a mistake of the program comes back as it is', () => {
    for (const error of [failure('42601'), failure('22P02'), new RangeError('7 quantiles at 3 levels')]) {
      expect(translated(error)).toBe(error);
      expect(passingFailure('commit to', 'db', error)).toBeUndefined();
    }
  });

  it('that has been told before is not told anew', () => {
    const told = new StepcastError({ code: 'STORE_NEWER', op: 'open store', subject: 'db', message: 'newer' });
    expect(translated(told)).toBe(told);
  });
});
