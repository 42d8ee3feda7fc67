import { expect, test } from 'vitest';
import { axisTimes } from '../../../../src/dashboard/chart/axisTimes.js';

const hourMs = 3_600_000;
const start = Date.parse('2026-01-31T22:00Z');

test('hours carry the day where it begins', () => {
  const times = [0, 1, 2, 3].map((n) => start + n * hourMs);
  expect(axisTimes(times, hourMs, 'en-GB', 'UTC')).toEqual(['22:00\n31 Jan', '23:00', '00:00\n1 Feb', '01:00']);
});

test('months carry the year where it begins', () => {
  const times = ['2025-11-01', '2025-12-01', '2026-01-01'].map((day) => Date.parse(day));
  expect(axisTimes(times, 30 * 24 * hourMs, 'en-GB', 'UTC')).toEqual(['Nov\n2025', 'Dec', 'Jan\n2026']);
});
