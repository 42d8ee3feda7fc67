import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../src/backoff.js';

describe('backoffMs', () => {
  it('doubles its ceiling from one second to sixty and stays there', () => {
    const almostOne = () => 1 - Number.EPSILON;
    const ceilings = Array.from({ length: 8 }, (_, attempt) => backoffMs(attempt, almostOne) + 1);
    expect(ceilings).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(backoffMs(1e9, almostOne) + 1).toBe(60_000);
  });

  it('spreads evenly below the ceiling', () => {
    expect([0, 0.25, 0.5].map((random) => backoffMs(2, () => random))).toEqual([0, 1_000, 2_000]);
  });
});
