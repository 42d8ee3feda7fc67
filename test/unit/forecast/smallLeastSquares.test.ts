import { describe, expect, it } from 'vitest';
import { SmallLeastSquares } from '../../../src/forecast/smallLeastSquares.js';
import { Random } from '../../../src/series/random.js';

const plain = { width: 2, problems: 2, forgetting: 1, ridge: 0.5, clip: 1e9 };

describe('SmallLeastSquares', () => {
  it('is ridge regression, each problem on its own rows', () => {
    const squares = new SmallLeastSquares(plain);
    const random = new Random(1);
    let [a, b, c, u, v] = [0.5, 0, 0.5, 0, 0]; // XᵀX + ridge·I and Xᵀy of problem 1
    for (let i = 0; i < 200; i++) {
      const x = Float64Array.of(random.normal(), random.normal());
      const y = 2 * x[0] - x[1] + random.normal();
      squares.learn(1, x, 0, y);
      squares.learn(0, x, 0, 0);
      [a, b, c] = [a + x[0] ** 2, b + x[0] * x[1], c + x[1] ** 2];
      [u, v] = [u + x[0] * y, v + x[1] * y];
    }
    const det = a * c - b * b;
    expect(squares.answer(1, Float64Array.of(1, 0), 0)).toBeCloseTo((c * u - b * v) / det, 9);
    expect(squares.answer(1, Float64Array.of(0, 1), 0)).toBeCloseTo((a * v - b * u) / det, 9);
    expect(squares.answer(0, Float64Array.of(3, 4), 0)).toBe(0);
  });

  it('stands through a quiet stretch and learns again after it', () => {
    const squares = new SmallLeastSquares({ ...plain, forgetting: 0.99 });
    const still = Float64Array.of(1, 0);
    for (let i = 0; i < 50_000; i++) squares.learn(0, still, 0, 3);
    expect(squares.answer(0, still, 0)).toBeCloseTo(3, 2);
    const random = new Random(2);
    for (let i = 0; i < 300; i++) {
      const x = Float64Array.of(1, random.normal());
      squares.learn(0, x, 0, 3 + 5 * x[1]);
    }
    expect(squares.answer(0, Float64Array.of(0, 1), 0)).toBeCloseTo(5, 1);
  });

  it('lets a single wild value move it by a few usual errors at most', () => {
    const squares = new SmallLeastSquares({ ...plain, clip: 3 });
    const x = Float64Array.of(1, 0);
    for (let i = 0; i < 200; i++) squares.learn(0, x, 0, i % 2);
    const before = squares.answer(0, x, 0);
    squares.learn(0, x, 0, 1e12);
    expect(Math.abs(squares.answer(0, x, 0) - before)).toBeLessThan(0.05);
  });

  it('says the same in another unit', () => {
    const squares = new SmallLeastSquares(plain);
    const x = Float64Array.of(1, 2);
    for (let i = 0; i < 9; i++) squares.learn(0, x, 0, 6);
    const before = squares.answer(0, x, 0);
    squares.rescale(4);
    expect(4 * squares.answer(0, x, 0)).toBeCloseTo(before, 12);
  });
});
