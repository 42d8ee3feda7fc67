import { describe, expect, it } from 'vitest';
import { DriftWatch } from '../../../src/learning/driftWatch.js';
import { Random } from '../../../src/series/random.js';

/** Values at which it tells, of absolute errors that are `size(i)` times those of a normal distribution with a mean of 1. */
function told(count: number, size: (i: number) => number): number[] {
  const watch = new DriftWatch();
  const random = new Random(9);
  const error = (i: number): number => Math.abs(random.normal()) * Math.sqrt(Math.PI / 2) * size(i);
  return Array.from({ length: count }, (_, i) => i).filter((i) => watch.add(error(i)));
}

describe('DriftWatch', () => {
  it('is silent while errors are as usual', () => {
    expect(told(20_000, () => 1)).toEqual([]);
  });

  it('tells within 60 values of errors that have doubled', () => {
    const [first] = told(2000, (i) => (i < 1000 ? 1 : 2));
    expect(first).toBeGreaterThanOrEqual(1000);
    expect(first).toBeLessThan(1060);
  });

  it('tells of errors that creep up', () => {
    const [first] = told(6000, (i) => 1 + Math.max(0, i - 1000) / 5000);
    expect(first).toBeGreaterThan(1000);
    expect(first).toBeLessThan(5000);
  });

  it('does not mind errors that become smaller', () => {
    expect(told(4000, (i) => (i < 1000 ? 2 : 1))).toEqual([]);
  });

  it('is not moved by one wild value', () => {
    expect(told(2000, (i) => (i === 1000 ? 1e9 : 1))).toEqual([]);
  });
});
