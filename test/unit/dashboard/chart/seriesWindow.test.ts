import { expect, test } from 'vitest';
import { ownTimeOf, stepAt, withForecast } from '../../../../src/dashboard/chart/seriesWindow.js';
import { forecastDocument, forecastRow, minuteMs } from '../rows.js';

const until = (n: number) => ({
  readings: Array.from({ length: n + 1 }, (_, i) => ({ time: i * minuteMs, value: i })),
  steps: Array.from({ length: n + 1 }, (_, i) => forecastRow(i, 1, { actual: i < n ? i + 1 : null })),
});

test('forecasts heard one by one make the window that the store would have given', () => {
  let window = until(2);
  for (let n = 3; n <= 6; n++) window = withForecast(window, forecastDocument(n), 60 * minuteMs) as typeof window;
  expect(window).toEqual(until(6));
});

test('the window keeps its length', () => {
  const { readings, steps } = withForecast(until(5), forecastDocument(6), 2 * minuteMs);
  expect(readings.map(({ value }) => value)).toEqual([4, 5, 6]);
  expect(steps.map(({ time }) => time / minuteMs)).toEqual([4, 5, 6]);
});

test('a forecast that is known already changes nothing', () => {
  const window = until(3);
  expect(withForecast(window, forecastDocument(3), minuteMs)).toBe(window);
});

test('a first forecast makes a window of nothing', () => {
  const { readings, steps } = withForecast({ readings: [], steps: [] }, forecastDocument(4), 60 * minuteMs);
  expect(readings).toEqual([{ time: 4 * minuteMs, value: 4 }]);
  expect(steps).toEqual([forecastRow(4)]);
});

test('a moment finds the forecast that was in force then', () => {
  const { steps } = until(9);
  expect([-5, 0, 3, 3.9, 4, 99].map((n) => stepAt(steps, n * minuteMs))).toEqual([0, 0, 3, 3, 4, 9]);
  expect(stepAt([], 0)).toBe(0);
});

test('the clock on the wall is translated to the time of the series by when forecasts were issued', () => {
  const { steps } = until(3);
  expect(ownTimeOf(steps, 1_000_002)).toBe(2 * minuteMs);
  expect(ownTimeOf(steps, 2_000_000)).toBe(3 * minuteMs);
  expect(ownTimeOf(steps, 999_999)).toBeUndefined();
  expect(ownTimeOf([], 0)).toBeUndefined();
});
