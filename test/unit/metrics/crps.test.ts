import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../../../src/forecast/normalQuantile.js';
import { crps } from '../../../src/metrics/crps.js';
import { Random } from '../../../src/series/random.js';

describe('crps', () => {
  const many = Array.from({ length: 999 }, (_, i) => (i + 1) / 1000);

  it('of a point is the absolute error', () => {
    expect(crps(many, new Float64Array(999).fill(3), 0, 5)).toBeCloseTo(2, 6);
    expect(crps([0.5], Float64Array.of(3), 0, 5)).toBe(2);
  });

  it('of a standard normal forecast has the mean 1/√π where it is right', () => {
    const values = Float64Array.from(many, normalQuantile);
    const random = new Random(1);
    let mean = 0;
    for (let i = 0; i < 4000; i++) mean += crps(many, values, 0, random.normal()) / 4000;
    expect(Math.abs(mean - 1 / Math.sqrt(Math.PI))).toBeLessThan(0.015);
  });

  it('is larger for a forecast that is shifted, too wide or too narrow', () => {
    const levels = [0.1, 0.3, 0.5, 0.7, 0.9];
    const means = [
      [0, 1],
      [1, 1],
      [0, 4],
      [0, 0.1],
    ].map(([shift, scale]) => {
      const random = new Random(2);
      const values = Float64Array.from(levels, (level) => shift + scale * normalQuantile(level));
      let mean = 0;
      for (let i = 0; i < 2000; i++) mean += crps(levels, values, 0, random.normal()) / 2000;
      return mean;
    });
    for (const other of means.slice(1)) expect(other).toBeGreaterThan(means[0]);
  });
});
