import { describe, expect, it } from 'vitest';
import { LocalCoverage } from '../../../src/metrics/localCoverage.js';

describe('LocalCoverage', () => {
  it('sees windows that are off in turn where the whole is right', () => {
    const local = new LocalCoverage(0.5, 4);
    for (const inside of [1, 1, 1, 1, 0, 0, 0, 0]) local.add(inside === 1);
    expect(local.coverage).toBe(0.5);
    expect(local.localError).toBe(0.5);
  });

  it('leaves a window out until it is whole', () => {
    const local = new LocalCoverage(0.5, 4);
    for (const inside of [1, 0, 1, 0, 1, 1, 1]) local.add(inside === 1);
    expect(local.localError).toBe(0);
    expect(local.coverage).toBe(5 / 7);
  });

  it('judges what there is before the first window', () => {
    const local = new LocalCoverage(0.8, 500);
    for (const inside of [1, 0]) local.add(inside === 1);
    expect(local.localError).toBeCloseTo(0.3);
  });
});
