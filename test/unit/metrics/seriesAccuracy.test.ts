import { describe, expect, it } from 'vitest';
import { SeriesAccuracy } from '../../../src/metrics/seriesAccuracy.js';

const form = { model: 'gru@1', levels: [0.1, 0.5, 0.9], horizon: 2 };
/** Medians with a band of ±1. */
const around = (...medians: number[]): number[] => medians.flatMap((m) => [m - 1, m, m + 1]);

describe('SeriesAccuracy', () => {
  it('gives the figures worked out by hand', () => {
    const accuracy = new SeriesAccuracy({ season: 2, longestHorizon: 2, mostQuantiles: 9 });
    for (const [tick, y] of [5, 6, 9, 8].entries()) {
      accuracy.observe(tick, y, true);
      accuracy.expect(form, around(y + 1, y + 2));
    }
    // one step ahead: 6, 7, 10 for 6, 9, 8; the last value 5, 6, 9; one season before 9 and 8: 5 and 6
    const one = accuracy.means('gru@1', 1);
    expect(one).toMatchObject({ n: 3, nominal: 0.8 });
    expect(one.mae).toBeCloseTo((0 + 2 + 2) / 3, 12);
    expect(one.mase).toBeCloseTo(4 / 3 / ((1 + 3 + 1) / 3), 12);
    // pinball: 0.1·1 + 0 + 0.1·1 for a hit; 0.1·3 + 0.5·2 + 0.9·1 for 9; 0.9·1 + 0.5·2 + 0.1·3 for 8
    expect(one.pinball).toBeCloseTo((0.2 + 2.2 + 2.2) / 3 / 3, 12);
    expect(one.crps).toBeCloseTo((2 * (0.2 + 2.2 + 2.2)) / 3 / 3, 12);
    expect(one.coverage).toBeCloseTo(1 / 3, 12);
    expect(one.width).toBeCloseTo(2, 12);
    expect(one.skill_persistence).toBeCloseTo(1 - 4 / (1 + 3 + 1), 12);
    expect(one.skill_seasonal).toBeCloseTo(1 - (2 + 2) / (4 + 2), 12); // the first target has no season before it
    // two steps ahead: 7, 8 for 9, 8; the last value 5, 6; one season before the same
    const two = accuracy.means(undefined, 2);
    expect(two).toMatchObject({ n: 2, mae: 1, coverage: 0.5, skill_persistence: 1 - 2 / 6, skill_seasonal: 1 - 2 / 6 });
    const all = accuracy.means();
    expect(all.n).toBe(5);
    expect(all.mae).toBeCloseTo((4 + 2) / 5, 12);
    expect(all.skill_persistence).toBeCloseTo(1 - 6 / 11, 12);
    expect(all.skill_seasonal).toBeCloseTo(1 - 6 / 12, 12);
  });

  it('looks a whole number of seasons back when the horizon is longer than the season', () => {
    const accuracy = new SeriesAccuracy({ season: 2, longestHorizon: 3, mostQuantiles: 9 });
    const long = { ...form, horizon: 3 };
    for (const [tick, y] of [1, 2, 4, 8, 16].entries()) {
      accuracy.observe(tick, y, true);
      if (tick === 1) accuracy.expect(long, around(0, 0, 0));
    }
    // three steps ahead of 1 is 4; two seasons before that is 0: |16 − 1|
    expect(accuracy.means('gru@1', 3).skill_seasonal).toBeCloseTo(1 - 16 / 15, 12);
  });

  it('counts no target that is missing, and no change across a gap', () => {
    const accuracy = new SeriesAccuracy({ season: 0, longestHorizon: 2, mostQuantiles: 9 });
    for (const tick of [0, 1, 3, 4]) {
      accuracy.observe(tick, tick * tick, true);
      accuracy.expect(form, around(0, 0));
    }
    expect(accuracy.means('gru@1', 1)).toMatchObject({ n: 2, mae: (1 + 16) / 2, skill_seasonal: null });
    expect(accuracy.means('gru@1', 2)).toMatchObject({ n: 1, mae: 9 });
    expect(accuracy.means().mase).toBeCloseTo((1 + 16 + 9) / 3 / ((1 + 7) / 2), 12);
  });

  it('only remembers values that do not count', () => {
    const accuracy = new SeriesAccuracy({ season: 2, longestHorizon: 2, mostQuantiles: 9 });
    for (const [tick, y] of [100, 5, 6, 8].entries()) {
      accuracy.observe(tick, y, tick >= 2);
      if (tick >= 2) accuracy.expect(form, around(7, 7));
    }
    const { n, mase, skill_seasonal } = accuracy.means();
    expect({ n, mase }).toEqual({ n: 1, mase: 1 / 2 });
    expect(skill_seasonal).toBeCloseTo(1 - 1 / 3, 12);
  });

  it('keeps model versions apart, and pools them when none is named', () => {
    const accuracy = new SeriesAccuracy({ season: 0, longestHorizon: 2, mostQuantiles: 9 });
    const wide = { model: 'gru@2', levels: [0.05, 0.95], horizon: 1 };
    accuracy.observe(0, 0, true);
    accuracy.expect(form, around(1, 1));
    accuracy.observe(1, 0, true);
    accuracy.expect(wide, [-4, 10]);
    accuracy.observe(2, 0, true);
    accuracy.expect({ ...wide, model: 'gru@3' }, [0, 0]);
    expect(accuracy.models).toEqual(['gru@1', 'gru@2']);
    expect(accuracy.means('gru@1')).toMatchObject({ n: 2, mae: 1, nominal: 0.8, width: 2 });
    expect(accuracy.means('gru@2').mae).toBeCloseTo(3, 12); // no median: halfway between −4 and 10
    const all = accuracy.means();
    expect(all.n).toBe(3);
    expect(all.nominal).toBeCloseTo((2 * 0.8 + 0.9) / 3, 12);
    expect(accuracy.means('gru@3').n).toBe(0);
  });

  it('begins anew where the count of steps does', () => {
    const accuracy = new SeriesAccuracy({ season: 2, longestHorizon: 2, mostQuantiles: 9 });
    for (const tick of [0, 1, 2]) {
      accuracy.observe(tick, tick, true);
      accuracy.expect(form, around(0, 0));
    }
    accuracy.observe(0, 500, true);
    accuracy.observe(1, 501, true);
    expect(accuracy.means()).toMatchObject({ n: 3, mae: (1 + 2 + 2) / 3 });
    expect(accuracy.means().mase).toBeCloseTo(5 / 3, 12); // changes of 1, none of 498
  });

  it('says nothing where there is nothing to say', () => {
    const nothing = {
      ...{ n: 0, mae: null, mase: null, pinball: null, crps: null, coverage: null, nominal: null, width: null },
      ...{ skill_persistence: null, skill_seasonal: null, weights: null },
    };
    const accuracy = new SeriesAccuracy({ season: 0, longestHorizon: 2, mostQuantiles: 9 });
    expect(accuracy.means()).toEqual(nothing);
    expect(accuracy.models).toEqual([]);
    for (const tick of [0, 1, 2]) {
      accuracy.observe(tick, 7, true);
      accuracy.expect(form, around(7, 7));
    }
    expect(accuracy.means('gru@1', 24)).toEqual(nothing);
    expect(accuracy.means()).toMatchObject({ n: 3, mae: 0, mase: null, skill_persistence: null }); // it never moved
  });
});
