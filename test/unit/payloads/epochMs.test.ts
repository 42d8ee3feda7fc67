import { describe, expect, it } from 'vitest';
import { epochMs, isoMs, timeOf } from '../../../src/payloads/epochMs.js';

const t = Date.UTC(2025, 10, 23, 2, 40, 0, 123);

describe('epochMs', () => {
  it('tells seconds, milliseconds, microseconds and nanoseconds by their size', () => {
    expect(epochMs(t / 1000)).toBe(t);
    expect(epochMs(t)).toBe(t);
    expect(epochMs(t * 1e3)).toBe(t);
    expect(epochMs(t * 1e6)).toBe(t);
    expect(epochMs(0)).toBe(0);
  });

  it('finds no time where a Date could hold none', () => {
    expect(epochMs(1e300)).toBeUndefined();
    expect(epochMs(Number.NaN)).toBeUndefined();
  });
});

describe('isoMs', () => {
  it.each([
    ['2025-11-23T02:40:00.123Z', t],
    ['2025-11-23T02:40:00,123456Z', t],
    ['2025-11-23T03:40:00.123+01:00', t],
    ['2025-11-22 21:40:00.123-0500', t],
    ['2025-11-23T02:40:00', t - 123],
    ['2025-11-23T02:40Z', t - 123],
    ['2025-11-23', Date.UTC(2025, 10, 23)],
    ['0001-01-01T00:00:00Z', Date.parse('0001-01-01T00:00:00Z')],
  ])('reads %s', (text, ms) => expect(isoMs(text)).toBe(ms));

  it.each(['2025-02-30', '2025-13-01T00:00:00Z', '2025-11-23T25:00:00Z', '23.11.2025', 'now 1', ''])(
    'refuses %j',
    (text) => expect(isoMs(text)).toBeUndefined(),
  );
});

describe('isoMs and the language', () => {
  it('agree on every day of 900 years', () => {
    for (let ms = Date.UTC(1600, 0, 1); ms < Date.UTC(2500, 0, 1); ms += 86_400_000) {
      const text = new Date(ms).toISOString();
      if (isoMs(text) !== ms) throw new Error(text);
    }
    expect(isoMs('1900-02-29')).toBeUndefined();
    expect(isoMs('2000-02-29')).toBe(Date.UTC(2000, 1, 29));
  });
});

describe('timeOf', () => {
  it('takes a number in text for a number', () => expect(timeOf(`${t}`)).toBe(t));
  it('takes nothing else', () => {
    for (const value of [null, undefined, true, {}, [], 'x'.repeat(100)]) expect(timeOf(value)).toBeUndefined();
  });
});
