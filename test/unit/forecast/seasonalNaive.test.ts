import { describe, expect, it } from 'vitest';
import { SeasonalNaive } from '../../../src/forecast/seasonalNaive.js';
import { ExpertUnderTest, hourly } from '../../support/expertUnderTest.js';
import { conformsAsForecaster } from '../conformance/forecaster.js';

const make = (season = 0) => new ExpertUnderTest((past) => new SeasonalNaive({ horizon: 5, past }), season);

conformsAsForecaster('seasonal naive', make, { stepMs: 3_600_000, snapshots: [0, 30, 200] });

describe('SeasonalNaive', () => {
  it('says what was heard one season before each target', () => {
    const seasonal = make(3);
    for (const tick of hourly([1, 2, 3, 4, 5])) seasonal.learn(tick);
    expect([...seasonal.forecast()]).toEqual([3, 4, 5, 3, 4]);
  });

  it('says that the last value stays where a season was not heard yet', () => {
    const seasonal = make(4);
    for (const tick of hourly([8, 9])) seasonal.learn(tick);
    expect([...seasonal.forecast()]).toEqual([9, 9, 8, 9, 9]);
  });

  it('looks a week back when asked to', () => {
    const weekly = new ExpertUnderTest((past) => new SeasonalNaive({ horizon: 2, past, season: 'week' }));
    for (const tick of hourly([...Array(200).keys()])) weekly.learn(tick);
    expect([...weekly.forecast()]).toEqual([200 - 168, 201 - 168]);
  });
});
