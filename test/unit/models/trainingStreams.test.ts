import { describe, expect, it } from 'vitest';
import { syntheticSeries } from '../../../models/synthetic/syntheticSeries.js';
import { TrainingStreams } from '../../../models/trainingStreams.js';
import { SeriesFeatures } from '../../../src/forecast/seriesFeatures.js';
import { Random } from '../../../src/series/random.js';

const [steps, horizon, features] = [40, 6, ['value', 'diff', 'season']];

describe('TrainingStreams', () => {
  it('shows window after window what the daemon would see of the series, and what came true of it', () => {
    const seed = 12;
    const streams = new TrainingStreams({ random: new Random(seed), features, horizon, steps, batch: 1 });
    const { values, startMs, stepMs } = syntheticSeries(new Random(seed), 4500);
    const daemon = new SeriesFeatures({ features, horizon });
    const x = new Float32Array(daemon.width);
    let known = 0;
    for (let n = 0; n < 5 * steps; n++) {
      if (n % steps === 0) expect(streams.next()).toEqual([]);
      daemon.observe({ n, tMs: startMs + n * stepMs, y: values[n], stepMs, missing: 0, restart: false });
      daemon.write(x, 0);
      const row = n % steps;
      expect(streams.x.subarray(row * daemon.width, (row + 1) * daemon.width)).toEqual(x);
      for (let h = 1; h <= horizon; h++) {
        const change = (values[n + h] - daemon.last) / daemon.unit(h);
        const at = row * horizon + h - 1;
        expect(streams.weight[at] > 0).toBe(!Number.isNaN(change));
        if (Number.isNaN(change)) continue;
        known++;
        expect(streams.target[at]).toBe(Math.fround(Math.max(-10, Math.min(10, change))));
      }
    }
    expect(known).toBeGreaterThan(4 * steps * horizon);
  });

  it('begins a new series when one is at its end, and says which', () => {
    const streams = new TrainingStreams({ random: new Random(3), features, horizon, steps, batch: 4 });
    const renewed = Array.from({ length: 120 }, () => streams.next()).flat(); // 4,800 ticks: more than any series has
    expect(new Set(renewed)).toEqual(new Set([0, 1, 2, 3]));
  });
});
