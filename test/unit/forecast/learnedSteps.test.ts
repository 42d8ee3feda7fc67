import { describe, expect, it } from 'vitest';
import { learnedSteps } from '../../../src/forecast/learnedSteps.js';

describe('learnedSteps', () => {
  it('takes all steps near by, few far ahead, and the last', () => {
    expect(learnedSteps(24).steps).toEqual([1, 2, 3, 4, 6, 8, 11, 15, 21, 24]);
    expect(learnedSteps(4).steps).toEqual([1, 2, 3, 4]);
    for (let horizon = 1; horizon <= 300; horizon++) {
      const { steps } = learnedSteps(horizon);
      expect([steps[0], steps[steps.length - 1]]).toEqual([1, horizon]);
      for (let r = 1; r < steps.length; r++) expect(steps[r]).toBeGreaterThan(steps[r - 1]);
    }
  });

  it('says of every step where it lies between two that are learned', () => {
    for (const horizon of [1, 5, 24, 96]) {
      const { steps, rowOf, share } = learnedSteps(horizon);
      for (let h = 1; h <= horizon; h++) {
        const [row, on] = [rowOf[h - 1], share[h - 1]];
        const at = on === 0 ? steps[row] : steps[row] + on * (steps[row + 1] - steps[row]);
        expect(at).toBeCloseTo(h, 9);
      }
    }
  });
});
