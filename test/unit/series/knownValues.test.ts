import { describe, expect, it } from 'vitest';
import { KnownValues } from '../../../src/series/knownValues.js';
import { Random } from '../../../src/series/random.js';

const heard = (capacity: number, readings: readonly (readonly [number, number])[]): KnownValues => {
  const values = new KnownValues(capacity);
  for (const [tMs, y] of readings) values.hear(tMs, y);
  return values;
};

describe('KnownValues', () => {
  it('tells the newest value up to a time, in whatever order they were heard', () => {
    const values = heard(8, [
      [30, 3],
      [10, 1],
      [20, 2],
    ]);
    expect([5, 10, 15, 20, 29, 30, 99].map((tMs) => values.at(tMs, 1000))).toEqual([Number.NaN, 1, 1, 2, 2, 3, 3]);
  });

  it('tells of one time what was said of it last', () => {
    expect(
      heard(8, [
        [10, 1],
        [20, 2],
        [10, 7],
      ]).at(10, 0),
    ).toBe(7);
  });

  it('holds a value for so long and no longer', () => {
    const values = heard(8, [[10, 1]]);
    expect([values.at(60, 50), values.at(61, 50)]).toEqual([1, Number.NaN]);
  });

  it('is the same after any of its readings as one that heard the last few alone', () => {
    const random = new Random(5);
    const readings = Array.from({ length: 300 }, (): [number, number] => [random.integer(40), random.normal()]);
    const all = new KnownValues(16);
    for (const [i, [tMs, y]] of readings.entries()) {
      all.hear(tMs, y);
      const last = heard(16, readings.slice(Math.max(0, i - 15), i + 1));
      expect(all.count).toBe(last.count);
      for (let t = -1; t < 41; t++) expect(all.at(t, 5)).toBe(last.at(t, 5));
    }
  });
});
