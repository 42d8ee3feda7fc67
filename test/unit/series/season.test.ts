import { describe, expect, it } from 'vitest';
import { seasonOf } from '../../../src/series/season.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe('seasonOf', () => {
  it.each([
    [minute, 1440],
    [10 * minute, 144],
    [30 * minute, 48],
    [hour, 24],
    [6 * hour, 4],
    [8 * hour, 21], // 3 to a day are too few
    [day, 7],
    [7 * hour, 24], // 24 to a week, none to a day
    [7 * minute, 1440],
  ])('of a step of %d ms is %d steps', (stepMs, steps) => {
    expect(seasonOf(stepMs)).toBe(steps);
  });

  it.each([1000, 30_000, 13 * minute, 11 * hour, 2 * day, 30 * day, 1])('of a step of %d ms is none', (stepMs) => {
    expect(seasonOf(stepMs)).toBe(0);
  });
});
