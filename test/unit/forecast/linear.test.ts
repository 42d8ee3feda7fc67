import { describe, expect, it } from 'vitest';
import { Linear } from '../../../src/forecast/linear.js';
import { Random } from '../../../src/series/random.js';
import { ExpertUnderTest, hourly } from '../../support/expertUnderTest.js';
import { conformsAsForecaster } from '../conformance/forecaster.js';

const make = (season = 0) => new ExpertUnderTest((past) => new Linear({ horizon: 4, past }), season);

conformsAsForecaster('linear autoregression', make, { stepMs: 3_600_000, snapshots: [0, 15, 16, 60, 200] });

/** y(t) = 0.5·y(t−1) − 0.8·y(t−2) + noise: an oscillation that persistence gets wrong. */
function oscillation(count: number): number[] {
  const random = new Random(3);
  const values = [0, 1];
  for (let t = 2; t < count; t++) values.push(0.5 * values[t - 1] - 0.8 * values[t - 2] + random.normal());
  return values;
}

describe('Linear', () => {
  it('begins as persistence', () => {
    const linear = make();
    for (const tick of hourly([3, 5, 4])) linear.learn(tick);
    expect([...linear.forecast()]).toEqual([4, 4, 4, 4]);
  });

  it('learns an autoregression to within 5 % of the noise it cannot know', () => {
    const values = oscillation(6000);
    const linear = make(8); // a season that means nothing
    let [error, oracle] = [0, 0];
    for (const tick of hourly(values)) {
      linear.learn(tick);
      const t = tick.n;
      if (t < 1000 || t + 1 >= values.length) continue;
      error += Math.abs(linear.forecast()[0] - values[t + 1]);
      oracle += Math.abs(0.5 * values[t] - 0.8 * values[t - 1] - values[t + 1]);
    }
    expect(error / oracle).toBeLessThan(1.05);
  });

  it('stays within the range it has seen, widened by half', () => {
    const linear = make();
    for (const tick of hourly(Array.from({ length: 300 }, (_, n) => n))) linear.learn(tick);
    for (const y of linear.forecast()) expect(y).toBeLessThanOrEqual(299 * 1.5);
  });
});
