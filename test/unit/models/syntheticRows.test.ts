import { describe, expect, it } from 'vitest';
import { syntheticSeries } from '../../../models/synthetic/syntheticSeries.js';
import { syntheticRows } from '../../../models/syntheticRows.js';
import { SeriesFeatures } from '../../../src/forecast/seriesFeatures.js';
import { SeriesForecaster } from '../../../src/forecast/seriesForecaster.js';
import { Random } from '../../../src/series/random.js';

const [horizon, steps, features] = [2, 40, ['value', 'blend', 'error']];

describe('syntheticRows', () => {
  it('are what a daemon would tell a network of the series, and what the experts left over of it', () => {
    const seed = 6;
    const [rows] = syntheticRows(1, { random: new Random(seed), features, target: 'residual', horizon, steps });
    const { values, startMs, stepMs } = syntheticSeries(new Random(seed), 4500);
    expect(values.some(Number.isNaN)).toBe(false);
    const experts = new SeriesForecaster({ horizon, levels: [0.5], season: 0 });
    const daemon = new SeriesFeatures({ features, horizon });
    const x = new Float32Array(daemon.width);
    let known = 0;
    for (let n = 0; n < 300; n++) {
      const tMs = stepMs * (Math.floor(startMs / stepMs) + n); // on the grid
      const tick = { n, tMs, y: values[n], stepMs, missing: 0, restart: n === 0 };
      experts.learnOne(tick);
      daemon.observe(tick);
      daemon.write(x, 0, experts);
      expect(rows.x.subarray(n * x.length, (n + 1) * x.length)).toEqual(x);
      for (let h = 1; h <= horizon; h++) {
        const left = rows.target[n * horizon + h - 1];
        if (Math.abs(left) === 10) continue;
        known++;
        expect(experts.base(h) + experts.baseUnit(h) * left).toBeCloseTo(values[n + h], 4);
      }
    }
    expect(known).toBeGreaterThan(550);
  });

  it('leaves out series without a stretch long enough, and draws others', () => {
    const options = { features: ['value'], target: 'change', horizon, steps: 1500 } as const;
    const rows = syntheticRows(2, { ...options, random: new Random(2) });
    expect(rows).toHaveLength(2);
    for (const { length, x, target } of rows) {
      expect(length).toBeGreaterThanOrEqual(1500);
      expect([x.length, target.length]).toEqual([length, horizon * length]);
    }
    expect(syntheticRows(2, { ...options, random: new Random(2) })).toEqual(rows);
  });
});
