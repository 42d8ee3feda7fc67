import { describe, expect, it } from 'vitest';
import { LagWindow } from '../../../src/forecast/lagWindow.js';
import { SeasonalProfile } from '../../../src/forecast/seasonalProfile.js';
import { SeriesPast } from '../../../src/series/seriesPast.js';
import { hourly } from '../../support/expertUnderTest.js';

const horizon = 5;
const lags = [1, 2, 4, 23, 24, 47];

/** Equal but for what float32 loses of changes, which are up to 20 here. */
function expectNear(found: readonly number[], expected: readonly number[], unit: number): void {
  for (const [i, value] of expected.entries()) expect(Math.abs(found[i] - value)).toBeLessThan(4e-6 / unit);
}

/** Every row that `write` gives, beside the one formed value by value. */
function rows(count: number, unit: number, period: number) {
  const past = new SeriesPast({ season: 0, lags: 60 });
  const profile = new SeasonalProfile({ period, gain: 0.1, delay: horizon });
  for (const tick of hourly(Array.from({ length: count }, (_, n) => 20 + ((n * n) % 17)))) {
    past.learnOne(tick);
    profile.advance(1);
    profile.learn(past);
  }
  const window = LagWindow.of(lags, horizon);
  window.fill(past.values, unit, profile);
  const labels = new Float64Array(horizon);
  window.writeLabels(labels);
  const z = (back: number) => (past.values.offset(back) - profile.ahead(-back)) / unit;
  return Array.from({ length: horizon + 1 }, (_, h) => {
    const x = new Float64Array(lags.length);
    window.write(x, h);
    const expected = lags.map((lag) => Math.min(1e6, Math.max(-1e6, z(h + lag) - z(h) || 0)));
    if (h > 0) expectNear([labels[h - 1]], [z(0) - z(h) || 0], unit);
    return { written: [...x], expected };
  });
}

describe('LagWindow', () => {
  it.each([
    ['a season of its own for every value', 400, 1, 24],
    ['a season stored in coarser steps', 1900, 1, 1440],
    ['values that are not known yet', 30, 1, 24],
    ['a unit so small that regressors are limited', 400, 1e-8, 24],
  ])('forms the row of every tick up to the horizon again: %s', (_, count, unit, period) => {
    for (const { written, expected } of rows(count, unit, period)) expectNear(written, expected, unit);
  });

  it('is one for all series that have the same lags', () => {
    expect(LagWindow.of([1, 2], 3)).toBe(LagWindow.of([1, 2], 3));
    expect(LagWindow.of([1, 2], 4)).not.toBe(LagWindow.of([1, 2], 3));
  });
});
