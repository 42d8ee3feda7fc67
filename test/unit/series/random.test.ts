import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/series/random.js';

describe('Random', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    const draw = (seed: number): number[] => {
      const random = new Random(seed);
      return Array.from({ length: 20 }, () => random.uniform());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('draws normal numbers of mean 0 and variance 1', () => {
    const random = new Random(1);
    const draws = Array.from({ length: 50_000 }, () => random.normal());
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    expect(Math.abs(mean)).toBeLessThan(0.02); // four standard errors
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
  });

  it('fills its range evenly', () => {
    const random = new Random(2);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) counts[random.integer(10)]++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400); // four standard errors
  });

  it('refuses a seed that is no unsigned 32-bit integer', () => {
    for (const seed of [-1, 1.5, 2 ** 32, Number.NaN]) expect(() => new Random(seed)).toThrow(RangeError);
  });
});
