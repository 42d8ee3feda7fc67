import { describe, expect, it } from 'vitest';
import { median, percentile, significant } from '../../../../bench/support/measurement.js';

describe('measurement', () => {
  it('takes the smallest sample with at least the asked share at or below it', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    expect([0.5, 0.95, 0.99, 1].map((p) => percentile(hundred, p))).toEqual([50, 95, 99, 100]);
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([1, 2], 0.5)).toBe(1);
    expect(percentile([], 0.5)).toBeNaN();
  });

  it('sorts before it takes the middle, and leaves the samples as they were', () => {
    const samples = [30, 1, 200];
    expect(median(samples)).toBe(30);
    expect(samples).toEqual([30, 1, 200]);
  });

  it('keeps so many digits and no more', () => {
    expect([significant(1234.5), significant(0.0123456), significant(99.96, 2)]).toEqual([1230, 0.0123, 100]);
  });
});
