import { describe, expect, it } from 'vitest';
import type { AccuracyMeans } from '../../../src/metrics/accuracyMeans.js';
import { totalAccuracy } from '../../../src/metrics/totalAccuracy.js';

const row = (n: number, mase: number | null, coverage: number | null, skill: number | null): AccuracyMeans => ({
  ...{ n, mae: 3, mase, pinball: 1, crps: 2, coverage, nominal: coverage === null ? null : 0.8, width: 5 },
  ...{ skill_persistence: skill, skill_seasonal: null },
  weights: n > 500 ? { linear: 1, network: 0 } : n > 0 ? { network: 0.5, linear: 0.5 } : null,
});

describe('totalAccuracy', () => {
  it('weighs every series alike, takes error ratios geometrically and leaves out what has a unit', () => {
    const total = totalAccuracy([row(10, 0.5, 0.9, 0.5), row(1000, 1.5, 0.6, -1), row(0, null, null, null)]);
    expect(total).toMatchObject({ n: 1010, mae: null, pinball: null, crps: null, width: null, skill_seasonal: null });
    expect(total.mase).toBeCloseTo(1, 12);
    expect(total.coverage).toBeCloseTo(0.75, 12);
    expect(total.nominal).toBeCloseTo(0.8, 12);
    expect(total.weights).toEqual({ linear: 0.75, network: 0.25 });
    expect(total.skill_persistence).toBeCloseTo(0, 12); // half the error here, twice there
  });

  it('calls errors that vanish a skill of 1', () => {
    expect(totalAccuracy([row(10, 0, 1, 1), row(10, 1, 1, 0)]).skill_persistence).toBe(1);
  });
});
