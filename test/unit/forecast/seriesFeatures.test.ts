import { describe, expect, it } from 'vitest';
import { featureNames as all, standsOnExperts } from '../../../src/forecast/features.js';
import { SeriesFeatures } from '../../../src/forecast/seriesFeatures.js';
import { Random } from '../../../src/series/random.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';
import type { Tick } from '../../../src/series/types.js';
import { troubledTicks } from '../conformance/forecaster.js';

const featureNames = all.filter((name) => !standsOnExperts({ features: [name], target: 'change' }));
const minute = 60_000;
const day = 86_400_000;
const tick = (n: number, y: number, { tMs = n * minute, missing = 0, stepMs = minute } = {}): Tick => ({
  n,
  tMs,
  y,
  stepMs,
  missing,
  restart: n === 0,
});
const features = (names: readonly string[], { horizon = 3, season = 0 } = {}): SeriesFeatures =>
  new SeriesFeatures({ features: names, horizon, season });
const row = (of: SeriesFeatures): number[] => {
  const x = new Float32Array(of.width);
  of.write(x, 0);
  return [...x];
};
const fed = (names: readonly string[], values: readonly number[], options = {}): SeriesFeatures => {
  const made = features(names, options);
  values.forEach((y, n) => {
    made.observe(tick(n, y));
  });
  return made;
};
const bytes = (of: SeriesFeatures): Uint8Array => {
  const writer = new SnapshotWriter();
  of.save(writer);
  return writer.bytes();
};

describe('SeriesFeatures', () => {
  it('keeps the running mean and standard deviation of all it saw', () => {
    const { level, spread, last } = fed([], [2, 4, 4, 4, 5, 5, 7, 9]);
    expect(level).toBeCloseTo(5, 12);
    expect(spread).toBeCloseTo(2, 12);
    expect(last).toBe(9);
  });

  it('forgets beyond a thousand steps: an old level weighs ever less', () => {
    const made = fed([], Array(1000).fill(0));
    for (let n = 0; n < 1000; n++) made.observe(tick(1000 + n, 1));
    expect(made.level).toBeCloseTo(1 - 0.999 ** 1000, 10);
  });

  it('measures the error of persistence at each horizon', () => {
    const made = fed([], [1, 5, 3, 10]);
    expect(made.unit(1)).toBeCloseTo((4 + 2 + 7) / 3, 12);
    expect(made.unit(2)).toBeCloseTo((2 + 5) / 2, 12);
    expect(made.unit(3)).toBeCloseTo(9, 12);
  });

  it('scales the nearest known unit by the square root of time while a longer one was not seen', () => {
    const made = fed([], [1, 3]);
    expect(made.unit(3)).toBeCloseTo(2 * Math.sqrt(3), 12);
  });

  it('has no unit or spread of zero', () => {
    const made = fed([], [1000, 1000, 1000]);
    expect(made.unit(1)).toBeCloseTo(1e-3 + 1e-9, 15);
    expect(made.spread).toBeCloseTo(1e-3 + 1e-9, 15);
    expect(features([]).unit(1)).toBe(1e-9);
  });

  it('computes value and diff by hand', () => {
    // mean 3, deviation sqrt(8/3); u_1 = (4 + 2) / 2
    expect(row(fed(['value', 'diff'], [1, 5, 3]))).toEqual([0, Math.fround(-2 / 3)]);
    expect(row(fed(['value'], [1, 1, 1, 5]))[0]).toBeCloseTo(3 / Math.sqrt(3), 6);
  });

  it('clips what is far out to ten', () => {
    const values = [...Array.from({ length: 500 }, (_, i) => i % 2), 1e6];
    expect(row(fed(['value', 'diff'], values))).toEqual([10, 10]);
    values[500] = -1e6;
    expect(row(fed(['value', 'diff'], values))).toEqual([-10, -10]);
  });

  it('tells of missing values and of the steps since the last one', () => {
    const made = features(['missing', 'elapsed', 'value', 'diff']);
    const seen = [
      tick(0, 1),
      tick(1, 3),
      tick(2, Number.NaN),
      tick(3, Number.NaN),
      tick(4, 2),
      tick(5, 2),
      tick(9, 2, { missing: 3 }),
    ].map((each) => {
      made.observe(each);
      return row(made);
    });
    expect(seen.map(([missing]) => missing)).toEqual([0, 0, 1, 1, 0, 0, 0]);
    expect(seen.map(([, elapsed]) => Math.round(Math.expm1(elapsed)))).toEqual([0, 0, 0, 1, 2, 0, 3]);
    expect(seen[2].slice(2)).toEqual([1, 0]); // the last value is kept, the change is unknown
  });

  it('does not take values across a gap for neighbours when it measures units', () => {
    const made = fed([], [0, 1]);
    made.observe(tick(4, 7, { missing: 2 }));
    expect(made.unit(1)).toBe(1);
    expect(made.unit(3)).toBe(6); // 7 − 1, three steps apart
  });

  it('knows the time of day and of the week, Monday first, in UTC', () => {
    const made = features(['day.sin', 'day.cos', 'week.sin', 'week.cos', 'weekend']);
    const at = (tMs: number): number[] => {
      made.observe(tick(0, 1, { tMs }));
      return row(made).map((x) => Math.round(1e6 * x) / 1e6 + 0);
    };
    const monday = Date.UTC(2025, 5, 2);
    expect(at(monday)).toEqual([0, 1, 0, 1, 0]);
    expect(at(monday + 6 * 3_600_000).slice(0, 2)).toEqual([1, 0]);
    expect(at(monday + 3.5 * day)).toEqual([0, -1, 0, -1, 0]);
    expect([5, 6, 7].map((days) => at(monday + days * day)[4])).toEqual([1, 1, 0]);
    expect(at(monday + 5 * day - 1)[4]).toBe(0);
    expect(at(-3 * day)).toEqual([0, 1, 0, 1, 0]); // Monday, 29 December 1969
  });

  it('shows the values one season before each target', () => {
    // season 4, horizon 3: targets n + 1 … n + 3, so values at n − 3, n − 2, n − 1, less the last, over u_h
    const made = fed(['season'], [10, 20, 30, 40, 12, 22], { season: 4 });
    const expected = [30, 40, 12].map((y, i) => Math.fround((y - 22) / made.unit(i + 1)));
    expect(row(made)).toEqual(expected);
  });

  it('goes back as many seasons as the horizon is long', () => {
    const made = fed(['season'], [1, 5, 1, 6, 2, 7], { season: 2, horizon: 5 });
    const expected = [2, 7, 2, 7, 2].map((y, i) => Math.fround((y - 7) / made.unit(i + 1)));
    expect(row(made)).toEqual(expected);
  });

  it('writes 0 for a season it does not have or has not seen', () => {
    expect(row(fed(['season'], [1, 2, 3]))).toEqual([0, 0, 0]);
    const none = features(['season']);
    none.observe(tick(0, 1, { stepMs: 1000 }));
    expect([none.season, ...row(none)]).toEqual([0, 0, 0, 0]);
  });

  it('finds the season from the width of a step unless it is told one', () => {
    expect(fed([], [1]).season).toBe(1440);
    expect(fed([], [1], { season: 12 }).season).toBe(12);
  });

  it('is causal: no value of the future changes a row', () => {
    const ticks = troubledTicks(11, 200);
    const rows = (order: readonly Tick[]): number[][] => {
      const made = features(featureNames);
      return order.map((each) => {
        made.observe(each);
        return row(made);
      });
    };
    const random = new Random(4);
    const other = ticks.map((each, i) => (i < 120 ? each : { ...each, y: random.between(-1e6, 1e6) }));
    expect(rows(other).slice(0, 120)).toEqual(rows(ticks).slice(0, 120));
    expect(rows(other)[120]).not.toEqual(rows(ticks)[120]);
  });

  it('changes nothing when it writes, and writes only its own columns', () => {
    const made = fed(featureNames, [1, 5, 3, 4]);
    const before = bytes(made);
    const x = new Float32Array(made.width + 4).fill(9);
    made.write(x, 2);
    expect([...x.subarray(0, 2), ...x.subarray(made.width + 2)]).toEqual([9, 9, 9, 9]);
    expect([...x.subarray(2, made.width + 2)]).toEqual(row(made));
    expect(bytes(made)).toEqual(before);
  });

  it('goes on after a snapshot as if there had been none', () => {
    const ticks = troubledTicks(12, 150);
    const [original, loaded] = [features(featureNames), features(featureNames)];
    for (const each of ticks.slice(0, 90)) original.observe(each);
    loaded.load(new SnapshotReader(bytes(original)));
    for (const each of ticks.slice(90)) {
      original.observe(each);
      loaded.observe(each);
      expect(row(loaded)).toEqual(row(original));
    }
    expect(bytes(loaded)).toEqual(bytes(original));
  });

  it('knows nothing before the first value, and says so in finite numbers', () => {
    const made = features(featureNames);
    expect(row(made).every(Number.isFinite)).toBe(true);
    made.observe(tick(0, Number.NaN));
    expect(row(made).every(Number.isFinite)).toBe(true);
    expect(made.last).toBeNaN();
  });

  it('refuses a feature it does not know, by name, and a horizon that is none', () => {
    expect(() => features(['value', 'moon'])).toThrow(/moon/);
    expect(() => features([], { horizon: 0 })).toThrow(RangeError);
  });

  it('tells what the experts say as changes in units of u_h, and the last error of their blend', () => {
    const told = fed(['error', 'linear', 'holtwinters', 'blend'], [6, 8, 10], { horizon: 2 }); // u_1 = 2, u_2 = 4
    const experts = {
      horizon: 2,
      lastError: -0.5,
      base: (h: number) => 10 + h,
      baseUnit: () => 1,
      expert: (name: string, out: Float64Array) => out.set(name === 'linear' ? [12, 12] : [6, 2]),
    };
    const x = new Float32Array(told.width);
    told.write(x, 0, experts);
    expect([...x]).toEqual([-0.5, 1, 0.5, -2, -2, 0.5, 0.5]);
    expect(() => told.write(x, 0)).toThrow('feature error needs the experts');
  });
});
