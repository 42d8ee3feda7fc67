import { describe, expect, it } from 'vitest';
import { keptTaken, TakenReadings } from '../../../src/postgres/takenReadings.js';

describe('TakenReadings', () => {
  it('knows the last readings of each series by time and value', () => {
    const taken = new TakenReadings();
    taken.add(1, 1000, 5);
    taken.add(2, 1000, 6);
    expect([taken.has(1, 1000, 5), taken.has(1, 1000, 6), taken.has(2, 1000, 6), taken.has(3, 1000, 5)]).toEqual([
      ...[true, false, true, false],
    ]);
  });

  it('reaches every moment of a series until it has let one go, and then those after the newest it let go', () => {
    const taken = new TakenReadings();
    taken.add(1, 900_000, 0); // ahead of its time
    for (let n = 1; n < keptTaken; n++) taken.add(1, n * 1000, n);
    expect(taken.reaches(1, 1)).toBe(true);
    taken.add(1, 70_000, 1);
    expect([taken.reaches(1, 900_000), taken.reaches(1, 900_001)]).toEqual([false, true]);
    expect(taken.has(1, 900_000, 0)).toBe(false);
  });

  it('begins with what the database has at hand', () => {
    const taken = new TakenReadings();
    taken.begin(1, { rows: [{ tMs: 5000, y: 1 }], olderMs: 4000 });
    taken.begin(2, { rows: [], olderMs: Number.NaN });
    expect([taken.has(1, 5000, 1), taken.reaches(1, 4000), taken.reaches(1, 4001), taken.reaches(2, 0)]).toEqual([
      ...[true, false, true, true],
    ]);
    taken.forget(1);
    expect([taken.has(1, 5000, 1), taken.reaches(1, 4000)]).toEqual([false, true]);
  });

  it('knows what was looked up until something else is', () => {
    const taken = new TakenReadings();
    taken.lookedUp([
      { series: 1, tMs: 10, y: 1 },
      { series: 1, tMs: 10, y: 2 },
    ]);
    expect([taken.has(1, 10, 1), taken.has(1, 10, 2), taken.has(1, 10, 3)]).toEqual([true, true, false]);
    taken.lookedUp([]);
    expect(taken.has(1, 10, 1)).toBe(false);
  });
});
