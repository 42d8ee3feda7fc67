import { describe, expect, it } from 'vitest';
import { RecentValues } from '../../../src/series/recentValues.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';

const filled = (capacity: number, list: readonly number[]): RecentValues => {
  const values = new RecentValues(capacity);
  for (const y of list) values.push(y);
  return values;
};
const read = (values: RecentValues, steps: number): number[] => Array.from({ length: steps }, (_, i) => values.back(i));
const none = Number.NaN;

describe('RecentValues', () => {
  it('gives its values newest first and forgets those beyond its capacity', () => {
    expect(read(filled(3, []), 2)).toEqual([none, none]);
    expect(read(filled(3, [1, 2]), 4)).toEqual([2, 1, none, none]);
    expect(read(filled(3, [1, 2, 3, 4, 5]), 4)).toEqual([5, 4, 3, none]);
  });

  it('keeps small changes of large values apart, which float32 alone would not', () => {
    expect(read(filled(3, [1e9 + 0.25, 1e9 + 0.5, 1e9 + 1]), 3)).toEqual([1e9 + 1, 1e9 + 0.5, 1e9 + 0.25]);
  });

  it('stays finite for the largest float64', () => {
    expect(read(filled(3, [-1e308, 1e308]), 2).every(Number.isFinite)).toBe(true);
  });

  it('keeps what it has when it grows, and never shrinks', () => {
    const values = filled(3, [1, 2, 3, 4]);
    values.grow(5);
    values.push(5);
    values.grow(2);
    expect([values.capacity, ...read(values, 5)]).toEqual([5, 5, 4, 3, 2, none]);
  });

  it('goes on after a snapshot as if there had been none', () => {
    const original = filled(4, [7, 8, 9, 10, 11]);
    const writer = new SnapshotWriter();
    original.save(writer);
    const loaded = new RecentValues(2);
    loaded.load(new SnapshotReader(writer.bytes()));
    for (const values of [original, loaded]) values.push(12);
    expect(read(loaded, 4)).toEqual([12, 11, 10, 9]);
    expect(read(original, 4)).toEqual(read(loaded, 4));
  });
});
