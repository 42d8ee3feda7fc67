import { describe, expect, it } from 'vitest';
import { Persistence } from '../../../src/forecast/persistence.js';
import { ExpertUnderTest, hourly } from '../../support/expertUnderTest.js';
import { conformsAsForecaster } from '../conformance/forecaster.js';

const make = () => new ExpertUnderTest((past) => new Persistence({ horizon: 3, past }));

conformsAsForecaster('persistence', make);

describe('Persistence', () => {
  it('says that the last value heard stays, over a missing one too', () => {
    const persistence = make();
    for (const tick of hourly([1, 7, Number.NaN])) persistence.learn(tick);
    expect([...persistence.forecast()]).toEqual([7, 7, 7]);
  });
});
