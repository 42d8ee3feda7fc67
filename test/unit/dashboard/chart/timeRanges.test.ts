import { expect, test } from 'vitest';
import { timeRanges, usualRange } from '../../../../src/dashboard/chart/timeRanges.js';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const words = (stepMs: number, extentMs: number): string[] => timeRanges(stepMs, extentMs).map(({ words }) => words);

test('spans suit the step, and the longest holds all there is', () => {
  expect(words(minuteMs, 4 * 3_600_000)).toEqual(['1 h', '6 h']);
  expect(words(1000, dayMs)).toEqual(['1 min', '5 min', '15 min']);
  expect(words(dayMs, 10_000 * dayMs)).toEqual(['30 days', '90 days', '1 year', '4 years']);
});

test('a page opens with some hundred steps, or all there is', () => {
  expect(usualRange(timeRanges(minuteMs, dayMs), minuteMs)?.words).toBe('6 h');
  expect(usualRange(timeRanges(minuteMs, minuteMs), minuteMs)?.words).toBe('1 h');
});

test.each([1, 100, 250, 60_000, 7_000_000, 40 * dayMs])('a step of %i ms has a span', (stepMs) => {
  expect(usualRange(timeRanges(stepMs, 1000 * stepMs), stepMs)).toBeDefined();
});
