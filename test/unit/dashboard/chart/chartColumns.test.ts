import { expect, test } from 'vitest';
import { chartColumns } from '../../../../src/dashboard/chart/chartColumns.js';
import { forecastRow, minuteMs } from '../rows.js';

const readings = [0, 1, 2, 3].map((n) => ({ time: n * minuteMs, value: n }));
const steps = [0, 1, 2, 3].map((n) => forecastRow(n));
const minutes = (times: readonly number[]): number[] => times.map((time) => time / minuteMs);

test('a forecast starts at the value it was made after and goes on beyond what has come', () => {
  const columns = chartColumns(
    { readings, steps },
    [1, 2, 3].map((h) => forecastRow(2, h)),
    minuteMs,
  );
  expect(minutes(columns.times)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(columns.actual).toEqual([0, 1, 2, 3, undefined, undefined]);
  expect(columns.median).toEqual([undefined, undefined, 2, 3, 4, 5]);
  expect(columns.low).toEqual([undefined, undefined, 2, 2, 3, 4]);
  expect(columns.high).toEqual([undefined, undefined, 2, 4, 5, 6]);
  expect(columns.stepLow).toEqual([undefined, 0, 1, 2, 3, undefined]);
  expect(columns.stepHigh).toEqual([undefined, 2, 3, 4, 5, undefined]);
});

test('the line breaks where more than two steps are missing, and not where one is', () => {
  const sparse = [0, 1, 3, 7].map((n) => ({ time: n * minuteMs, value: n }));
  const { times, actual } = chartColumns({ readings: sparse, steps: [] }, [], minuteMs);
  expect(minutes(times)).toEqual([0, 1, 3, 4, 7]);
  expect(actual).toEqual([0, 1, 3, null, 7]);
});

test('moments between those of other columns break no line', () => {
  const between = [forecastRow(0, 1, { target_time: 1.5 * minuteMs })];
  const { times, actual } = chartColumns({ readings, steps: between }, [], minuteMs);
  expect(minutes(times)).toEqual([0, 1, 1.5, 2, 3]);
  expect(actual).toEqual([0, 1, undefined, 2, 3]);
});

test('what was said of a step that came before its time is drawn where it came', () => {
  const slow = [forecastRow(0, 1, { target_time: 10 * minuteMs }), ...steps.slice(1)];
  const { times, stepLow } = chartColumns({ readings, steps: slow }, [], minuteMs);
  expect(minutes(times)).toEqual([0, 1, 2, 3, 4]);
  expect(stepLow).toEqual([undefined, 0, 1, 2, 3]);
});

test('nothing at all is no columns', () => {
  expect(chartColumns({ readings: [], steps: [] }, [], minuteMs).times).toEqual([]);
});
