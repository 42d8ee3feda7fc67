import { describe, expect, it } from 'vitest';
import { SeasonalLinear } from '../../../src/forecast/seasonalLinear.js';
import { Random } from '../../../src/series/random.js';
import { ExpertUnderTest, hourly } from '../../support/expertUnderTest.js';
import { conformsAsForecaster } from '../conformance/forecaster.js';

const horizon = 4;
const make = (over: 'season' | 'week') =>
  new ExpertUnderTest((past) => new SeasonalLinear({ horizon, past, over, gain: 0.1 }));

conformsAsForecaster('linear over the season', () => make('season'), {
  stepMs: 3_600_000,
  snapshots: [0, 24, 40, 200],
});
conformsAsForecaster('linear over the week', () => make('week'), { stepMs: 3_600_000, snapshots: [0, 100, 260] });

/** Office hours: a high plateau on working days only, and autoregressive noise. */
function office(count: number): { values: number[]; expected: (t: number, h: number) => number } {
  const random = new Random(9);
  const plan = (t: number) => (Math.floor(t / 24) % 7 < 5 && t % 24 >= 8 && t % 24 < 18 ? 100 : 20);
  const noise = [0];
  for (let t = 1; t < count; t++) noise.push(0.8 * noise[t - 1] + random.normal());
  return { values: noise.map((e, t) => plan(t) + e), expected: (t, h) => plan(t + h) + 0.8 ** h * noise[t] };
}

describe('SeasonalLinear', () => {
  it('knows working days over the week, which no day alone shows', () => {
    const { values, expected } = office(24 * 7 * 12);
    const errors = (['season', 'week'] as const).map((over) => {
      const expert = make(over);
      let error = 0;
      for (const tick of hourly(values)) {
        expert.learn(tick);
        if (tick.n < 24 * 7 * 6) continue;
        for (const [i, y] of expert.forecast().entries()) error += Math.abs(y - expected(tick.n, i + 1));
      }
      return error / (24 * 7 * 6) / horizon;
    });
    expect(errors[1]).toBeLessThan(1);
    expect(errors[0]).toBeGreaterThan(3);
  });

  it('is persistence until a whole period was seen', () => {
    const expert = make('season');
    const ticks = hourly(Array.from({ length: 24 + horizon + 1 }, (_, n) => n % 5));
    for (const tick of ticks) {
      expert.learn(tick);
      if (tick.n < 24 + horizon - 1) expect([...expert.forecast()]).toEqual(Array(horizon).fill(tick.y));
    }
    expect([...expert.forecast()]).not.toEqual(Array(horizon).fill(ticks[ticks.length - 1].y));
  });
});
