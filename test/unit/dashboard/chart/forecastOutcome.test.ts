import { expect, test } from 'vitest';
import { forecastOutcome } from '../../../../src/dashboard/chart/forecastOutcome.js';
import { outcomeWords } from '../../../../src/dashboard/series/outcomeWords.js';
import { forecastRow } from '../rows.js';

const forecast = [
  forecastRow(0, 1, { actual: 1.5 }), // said 1, within 0…2
  forecastRow(0, 2, { actual: 4 }), // said 2, above 3
  forecastRow(0, 3), // has not come
];

test('a forecast is held against what came of it, and against the last value', () => {
  expect(forecastOutcome(forecast, 1)).toEqual({
    ...{ steps: 3, come: 2, within: 1, meanError: (0.5 + 2) / 2, persistenceError: (0.5 + 3) / 2 },
  });
});

test('what has not come says nothing', () => {
  expect(forecastOutcome([forecastRow(0)], 1)).toEqual({
    ...{ steps: 1, come: 0, within: 0, meanError: null, persistenceError: null },
  });
});

test('the outcome as a sentence', () => {
  expect(outcomeWords(forecastOutcome(forecast, 1), 1, 'en')).toBe(
    'the next 3 steps, 2 of which have come: mean error 1.25 (the last value again: 1.75), 1 of 2 within the 80 % band.',
  );
  expect(outcomeWords(forecastOutcome([forecastRow(0)], 1), 1, 'en')).toBe(
    'the next step, none of which has come yet.',
  );
});
