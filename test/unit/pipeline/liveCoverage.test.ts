import { describe, expect, it } from 'vitest';
import { SeriesForecaster } from '../../../src/forecast/seriesForecaster.js';
import { liveCoverage } from '../../../src/pipeline/liveCoverage.js';
import { plainSettings } from '../../../src/series/plainSettings.js';
import { Random } from '../../../src/series/random.js';

const settings = { ...plainSettings, levels: [0.1, 0.5, 0.9], horizon: 1 };

/** A series of so many values of noise. */
function entry(seriesId: string, count: number) {
  const random = new Random(count);
  const forecaster = new SeriesForecaster({ ...settings, season: 0 });
  for (let n = 0; n < count; n++) {
    forecaster.learnOne({ n, tMs: n * 1000, y: random.normal(), stepMs: 1000, missing: 0, restart: n === 0 });
  }
  return { seriesId, settings, forecaster };
}

describe('liveCoverage', () => {
  it('tells how far series are from what they promise, and which are farthest', () => {
    const entries = [entry('long', 900), entry('short', 320), entry('new', 50)];
    const { series, meanError, farthest } = liveCoverage(entries);
    expect(series).toBe(2); // the new one has nothing to say yet
    for (const { series, scored, share, nominal } of farthest) {
      const { forecaster } = entries.find(({ seriesId }) => seriesId === series)!;
      expect({ count: scored, share }).toEqual(forecaster.coverage(1));
      expect(nominal).toBeCloseTo(0.8, 12);
    }
    const errors = farthest.map(({ share, nominal }) => Math.abs(share - nominal));
    expect(errors[0]).toBeGreaterThanOrEqual(errors[1]);
    expect(meanError).toBeCloseTo((errors[0] + errors[1]) / 2, 12);
    expect(meanError).toBeLessThan(0.05);
  });

  it('has no error to tell while nothing was scored', () => {
    expect(liveCoverage([entry('new', 50)])).toEqual({ series: 0, meanError: null, farthest: [] });
  });
});
