import { describe, expect, it } from 'vitest';
import { syntheticSeries } from '../../../models/synthetic/syntheticSeries.js';
import { Random } from '../../../src/series/random.js';

const draw = (count: number, seed = 1) => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => syntheticSeries(random, 3000));
};

const many = draw(250);

describe('syntheticSeries', () => {
  it('is the same for the same seed and another for another', () => {
    expect(draw(5)).toEqual(draw(5));
    expect(draw(1)).not.toEqual(draw(1, 2));
  });

  it('holds finite values, gaps aside, and never more than a series may have', () => {
    for (const { values } of many) {
      expect(values.length).toBeLessThanOrEqual(3000);
      expect(values.some(Number.isFinite)).toBe(true);
      expect(values.every((value) => Number.isNaN(value) || Number.isFinite(value))).toBe(true);
    }
  });

  it('covers hourly and minute cadences, gaps, plateaus of equal values, and nights without sun', () => {
    const count = (holds: (values: Float64Array) => boolean): number =>
      many.filter(({ values }) => holds(values)).length;
    const repeats = (values: Float64Array): number =>
      values.filter((value, i) => i > 0 && value === values[i - 1]).length;
    expect(many.filter(({ stepMs }) => stepMs === 3_600_000).length).toBeGreaterThan(80);
    expect(many.filter(({ stepMs }) => stepMs === 60_000).length).toBeGreaterThan(25);
    expect(count((values) => values.some(Number.isNaN))).toBeGreaterThan(20);
    expect(count((values) => repeats(values) > 0.3 * values.length)).toBeGreaterThan(15);
  });

  it('repeats itself from day to day in many series, and not in others', () => {
    const ratios = many
      .filter(({ stepMs }) => stepMs === 3_600_000)
      .map(({ values }) => {
        let [day, half] = [0, 0];
        for (let i = 24; i < values.length; i++) {
          day += Math.abs(values[i] - values[i - 24]) || 0;
          half += Math.abs(values[i] - values[i - 12]) || 0;
        }
        return day / half;
      });
    expect(ratios.filter((ratio) => ratio < 0.6).length).toBeGreaterThan(ratios.length / 5);
    expect(ratios.filter((ratio) => ratio > 1).length).toBeGreaterThan(ratios.length / 10);
  });
});
