import { expect, it } from 'vitest';
import { UseOfSeries } from '../../../src/learning/useOfSeries.js';

const dayMs = 86_400_000;

it('counts what was issued, half as much a day later', () => {
  const use = new UseOfSeries();
  for (let i = 0; i < 100; i++) use.note('a', 5000);
  expect(use.of('a', 5000)).toBe(100);
  expect(use.of('a', 5000 + dayMs)).toBeCloseTo(50, 12);
  use.note('a', 5000 + 2 * dayMs);
  expect(use.of('a', 5000 + 2 * dayMs)).toBeCloseTo(26, 12);
});

it('knows nothing of a series that was never heard', () => {
  expect(new UseOfSeries().of('a', 0)).toBe(0);
});
