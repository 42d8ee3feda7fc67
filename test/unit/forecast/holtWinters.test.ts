import { describe, expect, it } from 'vitest';
import { HoltWinters } from '../../../src/forecast/holtWinters.js';
import { Random } from '../../../src/series/random.js';
import { ExpertUnderTest, hourly } from '../../support/expertUnderTest.js';
import { conformsAsForecaster } from '../conformance/forecaster.js';

const make = (season = 0) => new ExpertUnderTest((past) => new HoltWinters({ horizon: 6, past }), season);

conformsAsForecaster('Holt–Winters', make, { stepMs: 3_600_000, snapshots: [0, 23, 30, 200] });

describe('HoltWinters', () => {
  it('learns level and season of a noisy wave: it errs by little more than the noise', () => {
    const random = new Random(1);
    const clean = (n: number) => 50 + 10 * Math.sin((2 * Math.PI * n) / 8);
    const expert = make(8);
    let error = 0;
    const ticks = hourly(Array.from({ length: 600 }, (_, n) => clean(n) + random.normal()));
    for (const tick of ticks) {
      expert.learn(tick);
      const forecast = expert.forecast();
      if (tick.n >= 300) for (let h = 1; h <= 6; h++) error += Math.abs(forecast[h - 1] - clean(tick.n + h)) / 300 / 6;
    }
    expect(error).toBeLessThan(0.6); // of the mean of a season the noise alone leaves 0.4
  });

  it('follows a trend and damps it ahead', () => {
    const expert = make();
    for (const tick of hourly(Array.from({ length: 80 }, (_, n) => 3 * n))) expert.learn(tick);
    const steps = [...expert.forecast()].map((y, i, all) => y - (i === 0 ? 3 * 79 : all[i - 1]));
    expect(steps[0]).toBeGreaterThan(1.5);
    for (let i = 1; i < steps.length; i++) expect(steps[i]).toBeLessThan(steps[i - 1]);
    expect(steps[5]).toBeGreaterThan(0);
  });
});
