import { describe, expect, it } from 'vitest';
import { medianPlace } from '../../../src/metrics/medianPlace.js';

describe('medianPlace', () => {
  it.each([
    [[0.1, 0.5, 0.9], 1, 0],
    [[0.5], 0, 0],
    [[0.1, 0.9], 0, 0.5],
    [[0.1, 0.4, 0.8], 1, 0.25],
    [[0.6, 0.9], 0, 0],
    [[0.1, 0.2], 1, 0],
  ])('of the levels %j is at %d with weight %f to the next', (levels, index, weight) => {
    const place = medianPlace(levels);
    expect(place.index).toBe(index);
    expect(place.weight).toBeCloseTo(weight, 12);
  });
});
