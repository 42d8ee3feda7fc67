import { describe, expect, it } from 'vitest';
import { Board } from '../../../src/demo/board.js';
import type { Outcome } from '../../../src/demo/scoreboard.js';
import type { Sensor } from '../../../src/demo/sensor.js';

const sensors: Sensor[] = [
  { series: 'air', title: 'Seattle air °C', decimals: 1, moments: 'hour' },
  { series: 'high', title: 'New York high °C', decimals: 1, moments: 'day' },
  { series: 'net', title: 'network in kB/s', decimals: 1, scale: 1e-3, moments: 'live' },
];
const outcome = (series: string, more: Partial<Outcome> = {}): Outcome => ({
  series,
  tMs: Date.UTC(2010, 0, 5, 13),
  actual: 6.14,
  foretold: { value: 6, low: 5.46, high: 6.61, error: -0.14, inside: true },
  next: -6.3,
  ...more,
});
const introduction = { port: 1883, dashboard: 8080, sources: ['a set'], stepsPerSecond: 10 };
const board = new Board(sensors, false);

describe('Board', () => {
  it('tells a forecast in one line: what came true, what was said of it, how far off, and what is said next', () => {
    expect(board.line(outcome('air'))).toBe(
      'Seattle air °C    01-05 13:00       6.1      6.0    −0.1        5.5…6.6 ✓     −6.3',
    );
  });

  it('marks a value outside its band', () => {
    const missed = outcome('air', { foretold: { value: 6, low: 5, high: 6.1, error: 0.3, inside: false } });
    expect(board.line(missed)).toMatch(/ {2}\+0\.3 +5\.0…6\.1 ✗ /);
  });

  it('says when nothing had been forecast for a moment', () => {
    expect(board.line(outcome('air', { foretold: undefined }))).toMatch(
      /^Seattle air °C +01-05 13:00 +6\.1 +– +−6\.3$/,
    );
  });

  it('tells moments by the day, by the hour or by the clock on the wall, and values in the unit of their title', () => {
    expect(board.line(outcome('high'))).toContain(' 2010-01-05 ');
    const live = board.line(outcome('net', { actual: 12_345 }));
    expect(live).toMatch(/network in kB\/s +\d\d:\d\d:\d\d +12\.3 /);
  });

  it('keeps its columns under their names, 84 characters wide', () => {
    const header = board.introduction(introduction).trimEnd().split('\n').at(-1)!;
    for (const series of ['air', 'high', 'net']) expect(board.line(outcome(series))).toHaveLength(header.length);
    expect(header.length).toBeLessThanOrEqual(84);
    expect(board.line(outcome('air')).indexOf('6.1') + 3).toBe(header.indexOf('came true') + 'came true'.length);
  });

  it('does not sign a rounded zero', () => {
    const exact = outcome('air', { foretold: { value: 6, low: 5, high: 7, error: -0.001, inside: true } });
    expect(board.line(exact)).toMatch(/ {4}0\.0 /);
  });

  it('shows a series it has no name for by its own', () => {
    expect(board.line(outcome('attic/fan'))).toMatch(/^attic\/fan /);
  });

  it('colours only when asked to', () => {
    const esc = '\x1b';
    expect(board.line(outcome('air')) + board.introduction(introduction)).not.toContain(esc);
    expect(new Board(sensors, true).line(outcome('air'))).toContain(`${esc}[32m✓${esc}[0m`);
  });

  it('sums up every series beside persistence', () => {
    const scores = [
      { series: 'air', forecasts: 11, scored: 10, meanError: 0.25, meanPersistenceError: 0.5, insideShare: 0.8 },
      {
        series: 'net',
        forecasts: 1,
        scored: 0,
        meanError: Number.NaN,
        meanPersistenceError: Number.NaN,
        insideShare: Number.NaN,
      },
    ];
    const summary = board.summary(scores, 13);
    expect(summary).toContain('13 readings, 12 forecasts');
    expect(summary).toMatch(/^Seattle air °C +11 +0\.25 +0\.50 +0\.50 +80 %$/m);
    expect(summary).toMatch(/^network in kB\/s +1 +– +– +– +–$/m);
  });

  it('says first where the dashboard is', () => {
    expect(board.introduction(introduction)).toMatch(/^Dashboard: http:\/\/127\.0\.0\.1:8080\n/);
  });
});
