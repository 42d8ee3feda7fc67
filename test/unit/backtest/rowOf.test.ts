import { describe, expect, it } from 'vitest';
import { rowOf } from '../../../src/backtest/rowOf.js';

describe('rowOf', () => {
  it('finds the row of a time, with rows that were left out between', () => {
    const row = rowOf(Float64Array.of(100, 200, 200, 350, 900), 0);
    expect([100, 200, 350, 900].map((tMs) => row({ tMs }))).toEqual([0, 1, 3, 4]);
  });

  it('counts slots of a grid from the first row', () => {
    const row = rowOf(Float64Array.of(130, 270, 999), 100);
    expect([100, 200, 900].map((tMs) => row({ tMs }))).toEqual([0, 1, 8]);
  });
});
