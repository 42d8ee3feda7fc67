import { describe, expect, it } from 'vitest';
import { weighedPlace, weighedSteps } from '../../../src/forecast/blendWeights.js';

describe('the steps whose weights are told', () => {
  it('go from 1 to the horizon in equal ratios, four at most', () => {
    expect([1, 2, 3, 24, 48, 1024].map(weighedSteps)).toEqual([
      [1],
      [1, 2],
      [1, 2, 3],
      [1, 3, 8, 24],
      [1, 4, 13, 48],
      [1, 10, 102, 1024],
    ]);
  });

  it('speak for the steps near them', () => {
    const steps = weighedSteps(24);
    expect([1, 2, 3, 4, 5, 13, 14, 24].map((h) => steps[weighedPlace(steps, h)])).toEqual([1, 3, 3, 3, 8, 8, 24, 24]);
  });
});
