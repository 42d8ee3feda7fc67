import { describe, expect, it } from 'vitest';
import { History } from '../../../src/series/history.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';

const filled = (capacity: number, count: number): History => {
  const history = new History(capacity);
  for (let i = 1; i <= count; i++) history.push(i);
  return history;
};
const read = (history: History, steps: number): number[] => Array.from({ length: steps }, (_, i) => history.back(i));
const none = Number.NaN;

describe('History', () => {
  it('knows nothing at first', () => {
    expect(read(new History(3), 4)).toEqual([none, none, none, none]);
  });

  it('gives its values newest first and forgets those beyond its capacity', () => {
    expect(read(filled(3, 2), 4)).toEqual([2, 1, none, none]);
    expect(read(filled(3, 5), 4)).toEqual([5, 4, 3, none]);
  });

  it('counts skipped steps as missing', () => {
    const history = filled(5, 3);
    history.skip(2);
    history.push(9);
    expect(read(history, 5)).toEqual([9, none, none, 3, 2]);
  });

  it('is empty after a skip as long as itself, and takes no longer for a far longer one', () => {
    const history = filled(4, 4);
    history.skip(1e12);
    expect(read(history, 4)).toEqual([none, none, none, none]);
  });

  it.each([0, 2, 3, 7])('keeps what it has when it grows after %d values', (count) => {
    const history = filled(3, count);
    const before = read(history, 3);
    history.grow(6);
    expect(history.capacity).toBe(6);
    expect(read(history, 7)).toEqual([...before, none, none, none, none]);
    history.push(99);
    expect(read(history, 4)).toEqual([99, ...before]);
  });

  it('never shrinks', () => {
    const history = filled(4, 4);
    history.grow(2);
    expect([history.capacity, ...read(history, 4)]).toEqual([4, 4, 3, 2, 1]);
  });

  it('goes on after a snapshot as if there had been none', () => {
    const original = filled(4, 6);
    original.skip(1);
    const writer = new SnapshotWriter();
    original.save(writer);
    const loaded = new History(2);
    loaded.load(new SnapshotReader(writer.bytes()));
    for (const history of [original, loaded]) history.push(7);
    expect(read(loaded, 5)).toEqual([7, none, 6, 5, none]);
    expect(read(original, 5)).toEqual(read(loaded, 5));
  });
});
