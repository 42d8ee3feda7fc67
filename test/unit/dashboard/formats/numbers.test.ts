import { expect, test } from 'vitest';
import {
  decimalsFor,
  formatCount,
  formatShare,
  formatSkill,
  formatValue,
  tickDecimals,
} from '../../../../src/dashboard/formats/numbers.js';

test.each([
  [0.7, 3],
  [12, 1],
  [450, 0],
  [1e6, 0],
  [1e-9, 6],
  [0, 2],
  [Number.NaN, 2],
])('a spread of %d is shown with %i decimals', (spread, decimals) => {
  expect(decimalsFor(spread)).toBe(decimals);
});

test('values are written as the locale writes them', () => {
  expect(formatValue(1234.567, 1, 'en')).toBe('1,234.6');
  expect(formatValue(1234.567, 1, 'de')).toBe('1.234,6');
  expect(formatValue(-0.5, 2, 'en')).toBe('-0.50');
  expect(formatCount(1_000_000, 'de')).toBe('1.000.000');
});

test('what is not known is a dash, what is out of proportion in powers of ten', () => {
  expect([null, undefined, Number.NaN, Number.POSITIVE_INFINITY].map((value) => formatValue(value, 1, 'en'))).toEqual(
    Array(4).fill('–'),
  );
  expect(formatValue(1.5e12, 0, 'en')).toBe('1.5E12');
  expect(formatValue(0, 2, 'en')).toBe('0.00');
});

test('a skill carries its sign and is cut where it says no more', () => {
  expect(formatSkill(0.337, 'en')).toBe('+34%');
  expect(formatSkill(-0.02, 'en')).toBe('-2%');
  expect(formatSkill(0, 'en')).toBe('0%');
  expect(formatSkill(-1e6, 'en')).toBe('-999%');
  expect(formatSkill(null, 'en')).toBe('–');
  expect(formatShare(0.804, 'en')).toBe('80%');
  expect(formatShare(undefined, 'en')).toBe('–');
});

test('the marks of an axis are written exactly, with no more decimals than that takes', () => {
  expect(tickDecimals([0, 2.5, 5])).toBe(1);
  expect(tickDecimals([20.25, 20.5])).toBe(2);
  expect(tickDecimals([0.1 + 0.2, 0.4])).toBe(1);
  expect(tickDecimals([-10, 1e6])).toBe(0);
  expect(tickDecimals([1 / 3])).toBe(6);
});
