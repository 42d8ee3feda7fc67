import { describe, expect, it } from 'vitest';
import { type ForecastDocument, Scoreboard } from '../../../src/demo/scoreboard.js';

const minuteMs = 60_000;
const issued = (n: number, last: number, next: number, more: Partial<ForecastDocument> = {}): ForecastDocument => ({
  series: 's',
  time: 1e12 + n * minuteMs,
  step: minuteMs,
  last,
  next,
  levels: [0.1, 0.5, 0.9],
  values: [
    [next - 1, next, next + 1],
    [next - 2, next, next + 2],
  ],
  ...more,
});

describe('Scoreboard', () => {
  it('puts what came true beside what was said one step before', () => {
    const board = new Scoreboard();
    expect(board.take(issued(0, 20, 21))).toMatchObject({ actual: 20, foretold: undefined, next: 21 });
    expect(board.take(issued(1, 21.5, 22))).toEqual({
      series: 's',
      tMs: 1e12 + minuteMs,
      actual: 21.5,
      foretold: { value: 21, low: 20, high: 22, error: -0.5, inside: true },
      next: 22,
    });
    expect(board.take(issued(2, 25, 25)).foretold).toMatchObject({ error: -3, inside: false });
  });

  it('scores forecast and persistence on the same moments', () => {
    const board = new Scoreboard();
    for (const document of [issued(0, 20, 21), issued(1, 22, 22), issued(2, 26, 27)]) board.take(document);
    expect(board.scores()).toEqual([
      { series: 's', forecasts: 3, scored: 2, meanError: 2.5, meanPersistenceError: 3, insideShare: 0.5 },
    ]);
  });

  it('judges nothing across a gap', () => {
    const board = new Scoreboard();
    board.take(issued(0, 20, 21));
    expect(board.take(issued(2, 30, 31)).foretold).toBeUndefined();
    expect(board.take(issued(3, 31, 31)).foretold).toMatchObject({ error: 0 });
    expect(board.scores()[0]).toMatchObject({ forecasts: 3, scored: 1 });
  });

  it('allows for the jitter of a live sensor', () => {
    const board = new Scoreboard();
    board.take(issued(0, 20, 21));
    expect(board.take(issued(1.2, 21, 21)).foretold).toBeDefined();
  });

  it('keeps series apart, in the order of their first forecast', () => {
    const board = new Scoreboard();
    board.take(issued(0, 1, 1, { series: 'b' }));
    board.take(issued(1, 5, 5, { series: 'a' }));
    board.take(issued(1, 2, 2, { series: 'b' }));
    expect(board.scores().map(({ series, scored }) => [series, scored])).toEqual([
      ['b', 1],
      ['a', 0],
    ]);
  });
});
