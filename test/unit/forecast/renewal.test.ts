import { describe, expect, it } from 'vitest';
import type { Forecaster } from '../../../src/forecast/forecaster.js';
import { Renewal } from '../../../src/forecast/renewal.js';
import { SeriesForecaster } from '../../../src/forecast/seriesForecaster.js';
import { Random } from '../../../src/series/random.js';
import { SeriesPast } from '../../../src/series/seriesPast.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';
import type { Tick } from '../../../src/series/types.js';
import { hourly } from '../../support/expertUnderTest.js';

const horizon = 3;
const week = 168;
const driftAt = 8 * week;

/** A sharp morning and evening on five days of seven; from `driftAt` on `later` by so many hours. */
const working = (count: number, later: number, seed = 1): number[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, t) => {
    const moved = t >= driftAt ? t - later : t;
    const hour = moved % 24;
    const isWorkday = Math.floor(moved / 24) % 7 < 5;
    const peak = (at: number): number => Math.exp(-((hour - at) ** 2) / 4);
    return 10 + (isWorkday ? 30 * peak(8) + 20 * peak(17) : 8 * peak(13)) + random.normal();
  });
};

const make = (renews: boolean) => new SeriesForecaster({ horizon, levels: [0.1, 0.5, 0.9], season: 0, renews });

function medians(forecaster: SeriesForecaster, ticks: readonly Tick[]): Float64Array {
  const out = new Float64Array(horizon);
  return Float64Array.from(ticks, (tick) => {
    forecaster.learnOne(tick);
    forecaster.median(out, 0);
    return out[0];
  });
}

const errorOf = (said: Float64Array, values: readonly number[], from: number, to: number): number => {
  let sum = 0;
  for (let t = from; t < to; t++) sum += Math.abs(said[t - 1] - values[t]);
  return sum / (to - from);
};

const snapshot = (forecaster: SeriesForecaster): Uint8Array => {
  const writer = new SnapshotWriter();
  forecaster.save(writer);
  return writer.bytes();
};

describe('Renewal', () => {
  it('recovers from a day that moves by six hours within four weeks, to within a tenth of what never knew another', () => {
    const values = working(driftAt + 6 * week, 6);
    const [renewed, kept] = [true, false].map((renews) => medians(make(renews), hourly(values)));
    const settled = working(driftAt + 6 * week, 0);
    const undisturbed = errorOf(medians(make(true), hourly(settled)), settled, driftAt + 4 * week, settled.length);
    const [after, without] = [renewed, kept].map((said) => errorOf(said, values, driftAt + 4 * week, values.length));
    expect(after / undisturbed).toBeLessThan(1.1);
    expect(after / without).toBeLessThan(0.95);
  });

  it('changes no forecast where nothing but an alarm happened', () => {
    const values = working(driftAt + 4 * week, 0);
    const random = new Random(7);
    const troubled = values.map((y, t) => (t >= driftAt && t < driftAt + 30 ? y + 25 * random.normal() : y));
    const [watched, plain] = [make(true), make(false)];
    expect(medians(watched, hourly(troubled))).toEqual(medians(plain, hourly(troubled)));
    expect(snapshot(watched).length - snapshot(plain).length).toBeGreaterThan(1000); // another expert is being tried
  });

  it('goes on from a snapshot at any moment of it as if there had been none', () => {
    const ticks = hourly(working(driftAt + 3 * week, 6));
    const whole = make(true);
    const said = medians(whole, ticks);
    for (const cut of [driftAt + 30, driftAt + 100, driftAt + week + 40, driftAt + 2 * week]) {
      const first = make(true);
      medians(first, ticks.slice(0, cut));
      const second = make(true);
      second.load(new SnapshotReader(snapshot(first)));
      expect(medians(second, ticks.slice(cut))).toEqual(said.slice(cut));
      expect(snapshot(second)).toEqual(snapshot(whole));
    }
  });

  it('begins once, is tried for five weeks, and is given up if it is no better', () => {
    const { renewal, hear } = alike();
    for (let t = 0; t < 2 * week; t++) hear(0.5);
    expect(renewal.isUnderWay).toBe(false);
    for (let t = 0; t < 8; t++) hear(8);
    expect(renewal.isUnderWay).toBe(true);
    for (let t = 0; t < 5 * week - 20; t++) hear(0.5);
    expect(renewal.isUnderWay).toBe(true);
    for (let t = 0; t < 40; t++) hear(0.5);
    expect(renewal.isUnderWay).toBe(false);
  });

  it('has nothing to do where a series has no week', () => {
    const { renewal, hear } = alike(60_000);
    for (let t = 0; t < 100; t++) hear(0.5);
    for (let t = 0; t < 8; t++) hear(8);
    expect(renewal.isUnderWay).toBe(false);
  });
});

/** A renewal of experts that all say the same. */
function alike(stepMs = 3_600_000) {
  const past = new SeriesPast({ season: 0, lags: 48 });
  const expert = (): Forecaster => ({
    ...{ horizon: 1, learnOne: () => {}, save: () => {}, load: () => {} },
    forecast: (out, at) => {
      out[at] = 1;
    },
  });
  const renewal = new Renewal({ past, begin: expert });
  const inUse = expert();
  let n = 0;
  const hear = (error: number): void => {
    const tick = { n, tMs: 345_600_000 + n * stepMs, stepMs, y: n % 24, missing: 0, restart: n === 0 };
    n++;
    past.learnOne(tick);
    expect(renewal.learnOne(tick, inUse, { error, unit: 1 })).toBe(inUse);
  };
  return { renewal, hear };
}
