import { describe, expect, it } from 'vitest';
import { roundOutward } from '../../../src/forecast/roundOutward.js';

describe('roundOutward', () => {
  it('widens an interval to the last decimal and puts the median at the nearest', () => {
    const values = Float64Array.of(1.29, 1.34, 1.31, -1.29, -1.26, -1.21);
    roundOutward(values, [0.1, 0.5, 0.9], 1);
    expect([...values]).toEqual([1.2, 1.3, 1.4, -1.3, -1.3, -1.2]);
  });

  it('leaves what is on the grid, what is beyond it and what is no number', () => {
    const values = Float64Array.of(0.25, 0.25, 0.25, 1e300, -1e300, Number.NaN);
    roundOutward(values, [0.1, 0.5, 0.9], 2);
    expect([...values]).toEqual([0.25, 0.25, 0.25, 1e300, -1e300, Number.NaN]);
  });
});
