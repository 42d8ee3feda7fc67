import { describe, expect, it } from 'vitest';
import { parseTime } from '../../../src/config/parseTime.js';

const nowMs = Date.UTC(2026, 0, 31, 12);

describe('parseTime', () => {
  it.each([
    ['2026-01-31', Date.UTC(2026, 0, 31)],
    ['2026-01-31T12:00', nowMs],
    ['2026-01-31 12:00:00', nowMs],
    ['2026-01-31T12:00:00.5Z', nowMs + 500],
    ['2026-01-31T13:00+01:00', nowMs],
    ['1769860800000', 1_769_860_800_000],
    ['0', 0],
    ['-6h', nowMs - 21_600_000],
    ['+1m', nowMs + 60_000],
    ['now', nowMs],
  ])('reads %j, UTC where it names no zone', (text, ms) => expect(parseTime(text, nowMs)).toBe(ms));

  it.each(['', 'yesterday', '2026', '2026-13-01', '2026-01-31T25:00', '6h', '-6', '1e12', '31.01.2026'])(
    'refuses %j',
    (text) => expect(parseTime(text, nowMs)).toBeUndefined(),
  );
});
