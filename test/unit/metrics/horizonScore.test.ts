import { describe, expect, it } from 'vitest';
import { HorizonScore } from '../../../src/metrics/horizonScore.js';
import { pinballLoss } from '../../../src/metrics/pinballLoss.js';

describe('pinballLoss', () => {
  it('weighs what lies above by the level and what lies below by the rest', () => {
    expect(pinballLoss(0.9, 10, 12)).toBeCloseTo(1.8);
    expect(pinballLoss(0.9, 12, 10)).toBeCloseTo(0.2);
    expect(pinballLoss(0.5, 3, 3)).toBe(0);
  });
});

describe('HorizonScore', () => {
  it('keeps each horizon apart and weighs the whole by what was scored', () => {
    const score = new HorizonScore(2);
    score.addPoint(1, 10, 11);
    score.addPoint(1, 10, 7);
    score.addPoint(2, 5, 9);
    expect(score.at(1)).toMatchObject({ n: 2, mae: 2, mse: 5 });
    expect(score.at(2)).toMatchObject({ n: 1, mae: 4, mse: 16 });
    expect(score.overall().mae).toBeCloseTo(8 / 3);
  });

  it('counts a value on the edge of the band as held', () => {
    const score = new HorizonScore(1);
    const levels = [0.1, 0.5, 0.9];
    for (const actual of [1, 3, 3.01]) {
      score.addPoint(1, 2, actual);
      score.addQuantiles(1, levels, Float64Array.of(1, 2, 3), 0, actual);
    }
    expect(score.at(1).coverage).toBeCloseTo(2 / 3);
    expect(score.at(1).width).toBe(2);
    expect(score.at(1).pinball).toBeCloseTo((0.7 / 3 + 0.7 / 3 + (0.1 * 2.01 + 0.5 * 1.01 + 0.9 * 0.01) / 3) / 3);
  });

  it('says NaN, not zero, where nothing was scored', () => {
    expect(new HorizonScore(1).at(1).mae).toBeNaN();
    expect(new HorizonScore(1).overall().mae).toBeNaN();
  });
});
