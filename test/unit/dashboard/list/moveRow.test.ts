import { expect, test } from 'vitest';
import { moveRow } from '../../../../src/dashboard/list/moveRow.js';

test.each([
  ['ArrowDown', -1, 0],
  ['ArrowDown', 99, 99],
  ['ArrowUp', 0, 0],
  ['ArrowUp', 5, 4],
  ['PageDown', 5, 15],
  ['PageUp', 5, 0],
  ['Home', 50, 0],
  ['End', 50, 99],
])('%s from row %i of 100 leads to row %i', (key, from, to) => {
  expect(moveRow(key, from, 100, 10)).toBe(to);
});

test('other keys, and an empty list, move nothing', () => {
  expect(moveRow('x', 3, 100, 10)).toBeUndefined();
  expect(moveRow('toString', 3, 100, 10)).toBeUndefined();
  expect(moveRow('ArrowDown', -1, 0, 10)).toBeUndefined();
});
