import { expect, test } from 'vitest';
import { formatAgo, formatDuration, formatMoment } from '../../../../src/dashboard/formats/times.js';

const at = Date.parse('2026-03-09T14:05:09Z');
const style = { nowMs: Date.parse('2026-11-23T00:00:00Z'), locale: 'en-GB', timeZone: 'UTC' };

test('a moment is as exact as its series', () => {
  expect(formatMoment(at, { ...style, stepMs: 1000 })).toBe('9 Mar, 14:05:09');
  expect(formatMoment(at, { ...style, stepMs: 60_000 })).toBe('9 Mar, 14:05');
  expect(formatMoment(at, { ...style, stepMs: 86_400_000 })).toBe('9 Mar');
});

test('another year is named', () => {
  const old = Date.parse('2001-03-09T14:05:09Z');
  expect(formatMoment(old, { ...style, stepMs: 86_400_000 })).toBe('9 Mar 2001');
});

test.each([
  [250, '250 ms'],
  [10_000, '10 sec'],
  [60_000, '1 min'],
  [5_400_000, '1.5 hr'],
  [86_400_000, '1 day'],
])('%i ms is %s', (ms, text) => {
  expect(formatDuration(ms, 'en')).toBe(text);
});

test('how long ago, and never in the future', () => {
  const nowMs = 1_000_000_000;
  expect(formatAgo(nowMs - 5000, nowMs, 'en')).toBe('5 sec. ago');
  expect(formatAgo(nowMs - 7_300_000, nowMs, 'en')).toBe('2 hr. ago');
  expect(formatAgo(nowMs - 9442 * 86_400_000, nowMs, 'en')).toBe('25 yr. ago');
  expect(formatAgo(nowMs + 5000, nowMs, 'en')).toBe('now');
});
