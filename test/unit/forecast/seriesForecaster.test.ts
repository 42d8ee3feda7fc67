import { describe, expect, it } from 'vitest';
import { weighedNames } from '../../../src/forecast/blendWeights.js';
import { expertNames } from '../../../src/forecast/expertNames.js';
import { decimalsFor } from '../../../src/forecast/forecastWriter.js';
import { SeriesForecaster } from '../../../src/forecast/seriesForecaster.js';
import { Random } from '../../../src/series/random.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';
import { hourly } from '../../support/expertUnderTest.js';
import { conformsAsForecaster, type ForecasterUnderTest } from '../conformance/forecaster.js';

const levels = [0.1, 0.5, 0.9];
const make = (horizon = 6, season = 0) => new SeriesForecaster({ horizon, levels, season });

function underTest(horizon?: number, season?: number): ForecasterUnderTest {
  const forecaster = make(horizon, season);
  return {
    horizon: forecaster.horizon,
    levels: levels.length,
    learnOne: async (tick) => forecaster.learnOne(tick),
    forecast: () => {
      const out = new Float64Array(forecaster.horizon * levels.length);
      forecaster.forecast(out);
      return out;
    },
    save: (writer) => forecaster.save(writer),
    load: (reader) => forecaster.load(reader),
  };
}

const hour = 3_600_000;
conformsAsForecaster('a series by the minute', () => underTest());
conformsAsForecaster('a series by the hour', () => underTest(), { stepMs: hour, snapshots: [0, 16, 30, 220] });
conformsAsForecaster('a series with a season that was set', () => underTest(3, 7), { snapshots: [5, 8, 60] });

/** Two seasons, a slow walk and noise. */
const wave = (count: number, seed: number): number[] => {
  const random = new Random(seed);
  let level = 100;
  return Array.from({ length: count }, (_, t) => {
    level += 0.1 * random.normal();
    return level + 10 * Math.sin((2 * Math.PI * t) / 24) * (Math.floor(t / 24) % 7 < 5 ? 1 : 0.3) + random.normal();
  });
};

const snapshot = (forecaster: SeriesForecaster): Uint8Array => {
  const writer = new SnapshotWriter();
  forecaster.save(writer);
  return writer.bytes();
};

describe('SeriesForecaster', () => {
  it('knows nothing of the future: shuffling it leaves every forecast made before as it was', () => {
    const values = wave(700, 1);
    const cut = 500;
    const random = new Random(2);
    const later = values.slice(cut).sort(() => random.uniform() - 0.5);
    const forecasts = [values, [...values.slice(0, cut), ...later]].map((series) => {
      const forecaster = make(24);
      const out = new Float64Array(24 * levels.length);
      return hourly(series).map((tick) => {
        forecaster.learnOne(tick);
        forecaster.forecast(out);
        return out.slice();
      });
    });
    expect(forecasts[1].slice(0, cut)).toEqual(forecasts[0].slice(0, cut));
    expect(forecasts[1].slice(cut)).not.toEqual(forecasts[0].slice(cut));
  });

  it('is at least about as good as its best expert on every step, and holds its levels', () => {
    const horizon = 12;
    const forecaster = make(horizon);
    const values = wave(24 * 7 * 14, 3);
    const point = new Float64Array(horizon);
    const errors = new Map<string, number>();
    const add = (name: string, t: number) => {
      for (let h = 1; h <= horizon && t + h < values.length; h++)
        errors.set(name, (errors.get(name) ?? 0) + Math.abs(point[h - 1] - values[t + h]));
    };
    for (const tick of hourly(values)) {
      forecaster.learnOne(tick);
      if (tick.n < 24 * 7 * 7) continue;
      for (const name of expertNames) {
        forecaster.expert(name, point, 0);
        add(name, tick.n);
      }
      forecaster.median(point, 0);
      add('blend', tick.n);
    }
    const best = Math.min(...expertNames.map((name) => errors.get(name)!));
    expect(errors.get('blend')! / best).toBeLessThan(1.02);
    for (const h of [1, 6, 12]) expect(Math.abs(forecaster.coverage(h).share - 0.8)).toBeLessThan(0.02);
  });

  it('tells weights that make its median of what its experts say, and gives none to a network it does not have', () => {
    const forecaster = make(4);
    for (const tick of hourly(wave(400, 4))) forecaster.learnOne(tick);
    const [median, said, weights] = [new Float64Array(4), new Float64Array(4), new Float64Array(weighedNames.length)];
    forecaster.median(median, 0);
    for (let h = 1; h <= 4; h++) {
      forecaster.weights(h, weights, 0);
      expect(weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 12);
      expect(weights[weighedNames.indexOf('network')]).toBe(0);
      const mixed = expertNames.map((name, e) => {
        forecaster.expert(name, said, 0);
        return weights[e] * said[h - 1];
      });
      expect(mixed.reduce((sum, part) => sum + part, 0)).toBeCloseTo(median[h - 1], 9);
    }
  });

  it('holds its levels, as published, on a sensor that repeats values with more digits than are published', () => {
    const random = new Random(11);
    let y = 20;
    const values = Array.from({ length: 4000 }, () => (random.chance(0.9) ? y : (y = 20 + 5 * random.normal())));
    const forecaster = make(1);
    const out = new Float64Array(3);
    let held = 0;
    let count = 0;
    for (const tick of hourly(values)) {
      const rounded = out.map((q) => Number(q.toFixed(decimalsFor(forecaster.past.change))));
      if (tick.n > 500) held += ++count && rounded[0] <= tick.y && tick.y <= rounded[2] ? 1 : 0;
      forecaster.learnOne(tick);
      forecaster.forecast(out);
    }
    expect(held / count).toBeGreaterThan(0.795);
  });

  it('puts its median in the middle of its quantiles', () => {
    const forecaster = make(4);
    for (const tick of hourly(wave(100, 5))) forecaster.learnOne(tick);
    const [quantiles, median] = [new Float64Array(12), new Float64Array(4)];
    forecaster.forecast(quantiles);
    forecaster.median(median, 0);
    const half = 0.5 / 10 ** decimalsFor(forecaster.past.change);
    for (let h = 0; h < 4; h++) expect(Math.abs(quantiles[3 * h + 1] - median[h])).toBeLessThanOrEqual(half + 1e-12);
  });

  it('answers at once after a restore', () => {
    const forecaster = make(4);
    for (const tick of hourly(wave(300, 6))) forecaster.learnOne(tick);
    const restored = make(4);
    restored.load(new SnapshotReader(snapshot(forecaster)));
    const [own, theirs] = [new Float64Array(12), new Float64Array(12)];
    forecaster.forecast(own);
    restored.forecast(theirs);
    expect(theirs).toEqual(own);
  });

  it('keeps an hourly series of 24 steps in less than 50 KB of state', () => {
    const forecaster = make(24);
    for (const tick of hourly(wave(400, 7))) forecaster.learnOne(tick);
    expect(snapshot(forecaster).length).toBeLessThan(50_000);
  });
});
