import { expect, test } from 'vitest';
import { withLatest } from '../../../../src/dashboard/list/withLatest.js';
import { minuteMs, seriesRow } from '../rows.js';

const latest = (time: number) => ({
  ...{ series: 's', time, last: 7, target_time: time + minuteMs, next: 8, low: 6, high: 9 },
});

test('a row takes the value, the forecast and a point of its line', () => {
  const row = withLatest(seriesRow('s'), latest(3 * minuteMs));
  expect(row).toMatchObject({ last_time: 3 * minuteMs, last_value: 7 });
  expect(row.next).toMatchObject({ q10: 6, q50: 8, q90: 9, target_time: 4 * minuteMs });
  expect(row.spark).toEqual([{ time: 3 * minuteMs, value: 7 }]);
});

test('what is not newer than the row changes nothing', () => {
  const row = seriesRow('s');
  expect(withLatest(row, latest(2 * minuteMs))).toBe(row);
});

test('the line keeps its length', () => {
  let row = seriesRow('s', { last_time: null });
  for (let n = 0; n < 100; n++) row = withLatest(row, latest(n * minuteMs));
  expect(row.spark).toHaveLength(60);
  expect(row.spark.at(-1)).toEqual({ time: 99 * minuteMs, value: 7 });
});
