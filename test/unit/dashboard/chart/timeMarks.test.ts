import { expect, test } from 'vitest';
import { timeMarks } from '../../../../src/dashboard/chart/timeMarks.js';
import type { ApiDecision } from '../../../../src/http/api.js';
import { forecastRow, minuteMs } from '../rows.js';

const decision = (time: number, verdict: string): ApiDecision => ({
  ...{ time, kind: 'gate', model: 'gru:s@2', series: 's', verdict, reason: 'held-out error 0.9 of before' },
  ...{ figures: {}, duration: 1 },
});
const steps = [0, 1, 2, 3].map((n) => forecastRow(n, 1, { model: n < 2 ? 'gru@1' : 'gru:s@2' }));

test('a fine-tune stands where the series had got to, and its version where it took over', () => {
  expect(timeMarks(steps, [decision(1_000_001, 'promoted')])).toEqual([
    { timeMs: minuteMs, kind: 'promoted', words: 'gate: gru:s@2 promoted, held-out error 0.9 of before' },
    { timeMs: 2 * minuteMs, kind: 'took over', words: 'gru:s@2 took over from gru@1' },
  ]);
});

test('what was decided before the time shown has no mark', () => {
  expect(timeMarks(steps.slice(2), [decision(1_000_001, 'refused')])).toEqual([]);
});
