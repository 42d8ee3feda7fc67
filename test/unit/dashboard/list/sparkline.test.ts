import { expect, test } from 'vitest';
import { sparkline } from '../../../../src/dashboard/list/sparkline.js';

test('the line fills its box from the least value to the greatest', () => {
  expect(sparkline([1, 3, 2], 100, 20)).toBe('M0 20L50 0L100 10');
});

test('a gap lifts the pen', () => {
  expect(sparkline([0, 1, null, 1, 0], 80, 10)).toBe('M0 10L20 0M60 0L80 10');
});

test('equal values lie in the middle, and one value draws nothing', () => {
  expect(sparkline([5, 5], 10, 4)).toBe('M0 2L10 2');
  expect(sparkline([5, null], 10, 4)).toBe('');
});
