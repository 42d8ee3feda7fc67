import { expect, test } from 'vitest';
import { errorByHorizon } from '../../../../src/dashboard/series/errorByHorizon.js';
import type { ApiAccuracy } from '../../../../src/http/api.js';

const row = (
  horizon: number | null,
  n: number,
  mae: number | null,
  skill: number | null,
  coverage = 0.8,
): ApiAccuracy => ({
  ...{ series: 's', model: 'm@1', horizon, n, mae, mase: null, pinball: null, crps: null, coverage, nominal: 0.8 },
  ...{ width: null, skill_persistence: skill, skill_seasonal: null, weights: null },
});

test('versions are weighed by how much they said', () => {
  const [one] = errorByHorizon([row(1, 30, 1, 0.5, 0.9), row(1, 10, 2, 0, 0.7)]);
  expect(one.n).toBe(40);
  expect(one.mae).toBeCloseTo(1.25, 12);
  expect(one.persistence).toBeCloseTo(2, 12);
  expect(one.coverage).toBeCloseTo(0.85, 12);
});

test('steps come in order; rows of all steps, and of nothing that came true, are left out', () => {
  const rows = [row(10, 5, 3, 0.1), row(2, 5, 2, 0.1), row(null, 10, 9, 0), row(3, 0, null, null)];
  expect(errorByHorizon(rows).map(({ horizon }) => horizon)).toEqual([2, 10]);
});

test('without a skill there is no figure of the last value', () => {
  expect(errorByHorizon([row(1, 5, 1, null)])[0].persistence).toBeNull();
});
