import { expect, test } from 'vitest';
import { aboutSeries } from '../../../../src/dashboard/series/aboutSeries.js';
import { seriesRow } from '../rows.js';

test('a series in a line: its model, its steps, its season, its length', () => {
  const grid = seriesRow('s', { cadence: 60_000, season: 1440, readings: 12_345 });
  expect(aboutSeries(grid, 'en')).toBe('gru@1 · a step every 1 min · season of 1,440 steps · 12,345 readings');
  const event = seriesRow('s', { cadence: 0, model: null, readings: 1 });
  expect(aboutSeries(event, 'en')).toBe('no model yet · every reading is a step · no season found · 1 reading');
});
