import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDecimal } from '../../../src/payloads/parseDecimal.js';
import { bytesOf, decodeAs, reasonsOf } from './decodeAs.js';

describe('decodeNumber', () => {
  it.each([
    ['21.5', 21.5],
    [' 21.5\n', 21.5],
    ['-1e3', -1000],
    ['+7', 7],
    ['.5', 0.5],
    ['5.', 5],
    ['-0.1', -0.1],
    ['1E-7', 1e-7],
    ['42\0', 42],
    ['0.1234567890123456789', 0.12345678901234568],
    ['000000000000000000012', 12],
  ])('reads %j', (text, y) => {
    expect(decodeAs('number', text)).toEqual({ samples: [{ field: undefined, tMs: undefined, y }], rejects: [] });
  });

  it.each([
    ['', 'empty'],
    [' \n', 'empty'],
    ['\0', 'empty'],
    ['nan', 'not_finite'],
    ['NaN', 'not_finite'],
    ['-Infinity', 'not_finite'],
    ['inf\0', 'not_finite'],
    ['1e400', 'not_finite'],
    ['-2e300', 'not_finite'],
    ['21.5 °C', 'not_a_number'],
    ['0x10', 'not_a_number'],
    ['1_000', 'not_a_number'],
    ['1,5', 'not_a_number'],
    ['1.2.3', 'not_a_number'],
    ['--1', 'not_a_number'],
    ['.', 'not_a_number'],
    ['e5', 'not_a_number'],
    ['1e', 'not_a_number'],
    ['online', 'not_a_number'],
  ])('refuses %j as %s', (text, reason) => {
    const decoded = decodeAs('number', text);
    expect(decoded.samples).toEqual([]);
    expect(reasonsOf(decoded)).toEqual([reason]);
  });

  it('stores no negative zero', () => {
    expect(Object.is(decodeAs('number', '-0.0').samples[0]?.y, 0)).toBe(true);
  });

  it('agrees with the language on every double and every short decimal', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 0, max: 20 }), (y, places) => {
        expect(parseDecimal(bytesOf(String(y)))).toBe(Number(String(y)));
        const short = y.toFixed(places);
        expect(parseDecimal(bytesOf(short))).toBe(Number(short));
      }),
      { seed: 11, numRuns: 3_000 },
    );
  });
});
