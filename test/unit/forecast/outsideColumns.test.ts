import { describe, expect, it } from 'vitest';
import { featureWidth, knownFeature } from '../../../src/forecast/features.js';
import { unmetFeatures } from '../../../src/forecast/outsideColumns.js';
import { SeriesFeatures } from '../../../src/forecast/seriesFeatures.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';
import type { CovariateValue, Tick } from '../../../src/series/types.js';

const features = ['value', 'covariate.tariff', 'covariate.outdoor', 'static.area'];
const options = {
  features,
  horizon: 2,
  covariates: { tariff: 'future' },
  looksAt: [{ name: 'outdoor' }, { name: 'tariff' }],
  statics: { area: 3 },
} as const;

const tick = (n: number, outdoor: number, tariff: readonly [number, number, number]): Tick => {
  const [now, ...ahead] = tariff;
  const covariates: CovariateValue[] = [{ now: outdoor }, { now, ahead: Float64Array.from(ahead) }];
  return { n, tMs: n * 60_000, y: 5, stepMs: 60_000, missing: 0, restart: n === 0, covariates };
};
const fed = (ticks: readonly Tick[], given: object = {}): SeriesFeatures => {
  const made = new SeriesFeatures({ ...options, ...given });
  for (const each of ticks) made.observe(each);
  return made;
};
const row = (of: SeriesFeatures): number[] => {
  const x = new Float32Array(of.width);
  of.write(x, 0);
  return [...x];
};

describe('features from outside of a series', () => {
  it('are a covariate, one column a step where it is known ahead, and a number that is always true', () => {
    expect(featureWidth(features, 24)).toBe(4);
    expect(featureWidth(features, 24, options.covariates)).toBe(27);
    expect(['covariate.outdoor', 'static.m2', 'covariate.', 'covariate.a b', 'moon.phase'].map(knownFeature)).toEqual([
      ...[true, true, false, false, false],
    ]);
  });

  it('are scaled by the mean and deviation of the covariate at the ticks so far', () => {
    // outdoor 2, 4, 9: mean 5, variance 26/3; tariff 1, 1, 4: mean 2, variance 2
    const made = fed([tick(0, 2, [1, 0, 0]), tick(1, 4, [1, 0, 0]), tick(2, 9, [4, 5, -1])]);
    const [, first, second, outdoor, area] = row(made);
    expect(outdoor).toBeCloseTo(4 / Math.sqrt(26 / 3), 6);
    expect([first, second]).toEqual([Math.fround(3 / Math.sqrt(2)), Math.fround(-3 / Math.sqrt(2))]);
    expect(area).toBe(3);
  });

  it('are 0 where nothing is known, and clipped to ten', () => {
    expect(row(fed([tick(0, Number.NaN, [1, Number.NaN, 1])])).slice(1)).toEqual([0, 0, 0, 3]);
    expect(row(fed([{ ...tick(0, 1, [1, 1, 1]), covariates: undefined }])).slice(1)).toEqual([0, 0, 0, 3]);
    expect(row(fed([tick(0, 2, [1, 1, 1])], { looksAt: [], statics: {} })).slice(1)).toEqual([0, 0, 0, 0]);
    const calm = Array.from({ length: 50 }, (_, n) => tick(n, n % 2, [0, 0, 0]));
    expect(row(fed([...calm, tick(50, 1e9, [0, 1, -1])], { statics: { area: 99 } }))).toEqual([
      ...[0, 10, -10, expect.closeTo(7.07, 1), 10],
    ]);
  });

  it('go on after a snapshot as if there had been none', () => {
    const ticks = Array.from({ length: 40 }, (_, n) => tick(n, Math.sin(n), [n % 5, (n + 1) % 5, (n + 2) % 5]));
    const first = fed(ticks.slice(0, 25));
    const writer = new SnapshotWriter();
    first.save(writer);
    const second = new SeriesFeatures(options);
    second.load(new SnapshotReader(writer.bytes()));
    expect(row(second)).toEqual(row(first));
    for (const each of ticks.slice(25)) for (const one of [first, second]) one.observe(each);
    expect(row(second)).toEqual(row(first));
  });

  it('are told of where a stream does not give them', () => {
    const tariff = { name: 'tariff', series: 't', known: 'past' } as const;
    expect(unmetFeatures(options, { covariates: [tariff] })).toEqual([
      ...['covariate.tariff known ahead', 'covariate.outdoor', 'static.area'],
    ]);
    const all = [
      { ...tariff, known: 'future' as const },
      { ...tariff, name: 'outdoor' },
    ];
    expect(unmetFeatures(options, { covariates: all, statics: { area: 1 } })).toEqual([]);
  });
});
