import { describe, expect, it } from 'vitest';
import { Counter } from '../../../src/series/counter.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';

describe('Counter', () => {
  it('tells nothing by the first total, then the increase', () => {
    const counter = new Counter();
    expect([100, 103, 103, 110.5].map((total) => counter.increase(total, 1))).toEqual([Number.NaN, 3, 0, 7.5]);
  });

  it('takes a fall for a reset: the meter began again at zero', () => {
    const counter = new Counter();
    expect([100, 4, 9].map((total) => counter.increase(total, 1))).toEqual([Number.NaN, 4, 5]);
  });

  it('spreads the increase over the steps since the total before', () => {
    const counter = new Counter();
    counter.increase(10, 1);
    expect(counter.increase(22, 4)).toBe(3);
  });

  it('does not know a missing total and goes on from the last known one', () => {
    const counter = new Counter();
    expect([5, Number.NaN, 8].map((total) => counter.increase(total, 1))).toEqual([Number.NaN, Number.NaN, 3]);
  });

  it('begins anew after reset()', () => {
    const counter = new Counter();
    counter.increase(5, 1);
    counter.reset();
    expect([7, 9].map((total) => counter.increase(total, 1))).toEqual([Number.NaN, 2]);
  });

  it('goes on after a snapshot', () => {
    const counter = new Counter();
    counter.increase(5, 1);
    const writer = new SnapshotWriter();
    counter.save(writer);
    const loaded = new Counter();
    loaded.load(new SnapshotReader(writer.bytes()));
    expect(loaded.increase(8, 1)).toBe(3);
  });
});
