import { describe, expect, it } from 'vitest';
import { SeriesPast } from '../../../src/series/seriesPast.js';
import { hourly } from '../../support/expertUnderTest.js';

const pastOf = (list: readonly number[], { season = 0, stepMs = 3_600_000 } = {}): SeriesPast => {
  const past = new SeriesPast({ season, lags: 10 });
  for (const tick of hourly(list)) past.learnOne({ ...tick, stepMs, tMs: tick.n * stepMs });
  return past;
};
const cycle = (count: number, period: number): number[] =>
  Array.from({ length: count }, (_, t) => Math.sin((2 * Math.PI * t) / period));

describe('SeriesPast', () => {
  it('lets a missing value stand as the one before, and does not take it for heard', () => {
    const past = pastOf([1, 2, Number.NaN]);
    expect([past.last, past.isMissing, past.count]).toEqual([2, true, 2]);
    expect([0, 1, 2].map((k) => past.values.back(k))).toEqual([2, 2, 1]);
  });

  it('fills steps that were left out', () => {
    const past = new SeriesPast({ season: 0, lags: 10 });
    const [first, second] = hourly([5, 6]);
    past.learnOne(first);
    past.learnOne({ ...second, n: 4, missing: 3 });
    expect([0, 1, 2, 3, 4].map((k) => past.values.back(k))).toEqual([6, 5, 5, 5, 5]);
  });

  it('takes the season that is set, else a day and its week', () => {
    expect([pastOf([1], { season: 7 }).season, pastOf([1], { season: 7 }).week]).toEqual([7, 0]);
    expect([pastOf([1]).season, pastOf([1]).week]).toEqual([24, 168]);
    expect([pastOf([1], { stepMs: 60_000 }).season, pastOf([1], { stepMs: 60_000 }).week]).toEqual([1440, 0]);
    expect(pastOf([1], { stepMs: 1234 }).season).toBe(0);
  });

  it('finds a season no calendar knows, and keeps to the calendar where the two agree', () => {
    expect(pastOf(cycle(600, 37)).season).toBe(37);
    expect(pastOf(cycle(600, 12)).season).toBe(24);
    expect(pastOf(cycle(600, 29), { stepMs: 1234 }).season).toBe(29);
  });

  it('knows a step that is a guess for none: no season before it is settled', () => {
    const past = new SeriesPast({ season: 0, lags: 10 });
    past.learnOne({ ...hourly([1])[0], stepIsGuess: true });
    expect(past.season).toBe(0);
  });

  it('keeps the moments of what it heard', () => {
    const past = pastOf([2, 4, 4, 6]);
    expect(past.level).toBeCloseTo(4);
    expect(past.spread).toBeCloseTo(Math.sqrt(2));
    expect(past.change).toBeCloseTo(4 / 3);
    expect(past.stillness).toBeCloseTo(1 / 3);
  });

  it('holds forecasts to the range seen, widened by half of it', () => {
    const past = pastOf([10, 20]);
    expect([past.plausible(26), past.plausible(4), past.plausible(12), past.plausible(Number.NaN)]).toEqual([
      25, 5, 12, 20,
    ]);
  });
});
