import { describe, expect, it } from 'vitest';
import { syntheticSeries } from '../../../models/synthetic/syntheticSeries.js';
import { TrainingStreams } from '../../../models/trainingStreams.js';
import { SeriesFeatures } from '../../../src/forecast/seriesFeatures.js';
import { Random } from '../../../src/series/random.js';
import type { Batch } from '../../../src/training/batch.js';

const [steps, horizon, features] = [40, 6, ['value', 'diff', 'season']];

describe('TrainingStreams', () => {
  it('shows window after window what the daemon would see of the series, and what came true of it', () => {
    const seed = 12;
    const streams = new TrainingStreams({ random: new Random(seed), features, horizon, steps, batch: 1 });
    const { values, startMs, stepMs } = syntheticSeries(new Random(seed), 4500);
    const daemon = new SeriesFeatures({ features, horizon });
    const x = new Float32Array(daemon.width);
    let known = 0;
    let batch = {} as Batch;
    for (let n = 0; n < 5 * steps; n++) {
      if (n % steps === 0) {
        batch = streams.next();
        expect(batch.restarted).toEqual(n === 0 ? 'all' : []);
      }
      daemon.observe({ n, tMs: startMs + n * stepMs, y: values[n], stepMs, missing: 0, restart: false });
      daemon.write(x, 0);
      const row = n % steps;
      expect(batch.x.subarray(row * daemon.width, (row + 1) * daemon.width)).toEqual(x);
      for (let h = 1; h <= horizon; h++) {
        const change = (values[n + h] - daemon.last) / daemon.unit(h);
        const at = row * horizon + h - 1;
        expect(batch.weight[at] > 0).toBe(!Number.isNaN(change));
        if (Number.isNaN(change)) continue;
        known++;
        expect(batch.target[at]).toBe(Math.fround(Math.max(-10, Math.min(10, change))));
      }
    }
    expect(known).toBeGreaterThan(4 * steps * horizon);
  });

  it('begins a new series when one is at its end, and says which', () => {
    const streams = new TrainingStreams({ random: new Random(3), features, horizon, steps, batch: 4 });
    streams.next();
    const renewed = Array.from({ length: 120 }, () => streams.next().restarted).flat(); // 4,800 ticks: more than any series has
    expect(new Set(renewed)).toEqual(new Set([0, 1, 2, 3]));
  });

  it('goes on from a saved place as if nothing had been', () => {
    const options = { features, horizon, steps, batch: 3 };
    const first = new TrainingStreams({ random: new Random(4), ...options });
    for (let n = 0; n < 70; n++) first.next();
    const second = new TrainingStreams({ random: new Random(5), ...options });
    second.load(JSON.parse(JSON.stringify(first.save())));
    for (let n = 0; n < 70; n++) expect(second.next()).toEqual(first.next());
  });
});
