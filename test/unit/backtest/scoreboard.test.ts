import { describe, expect, it } from 'vitest';
import { normaliser, scoredRange } from '../../../src/backtest/protocol.js';
import { type Asked, Scoreboard } from '../../../src/backtest/scoreboard.js';
import { weighedNames } from '../../../src/forecast/blendWeights.js';
import type { Forecast } from '../../../src/pipeline/ports.js';

const forecast = (tick: number, last: number, median: number[]): Forecast => ({
  seriesId: 's',
  ...{ tMs: tick * 3_600_000, stepMs: 3_600_000, horizon: median.length, tick, last },
  levels: [0.1, 0.5, 0.9],
  values: Float64Array.from(median.flatMap((m) => [m - 1, m, m + 1])),
  json: new Uint8Array(),
});

/** A forecaster that was asked for a forecast of `median`: its mean lies half above it, its experts say the last value. */
const standing = (last: number, median: number[]): Asked => ({
  horizon: median.length,
  mean: (out) => out.set(median.map((m) => m + 0.5)),
  withoutNetwork: (aim, out) => out.set(median.map((m) => m + (aim === 'mean' ? 2 : 1))),
  expert: (_, out) => void out.fill(last),
  weights: (h, out, at) => void out.fill(0, at, at + weighedNames.length).fill(1, at + h, at + h + 1),
});
const take = (board: Scoreboard, tick: number, last: number, median: number[]): void =>
  board.take(forecast(tick, last, median), standing(last, median), tick);

describe('Scoreboard', () => {
  it('judges each step of a forecast by the value that came then, beside persistence and seasonal naive', () => {
    const board = new Scoreboard({ horizon: 2, range: { firstTarget: 1, end: 4 }, season: 2 });
    const values = [5, 6, 9, 8];
    for (const [tick, y] of values.entries()) take(board, tick, y, [y + 1, y + 2]);
    // scored: the forecasts of ticks 0 and 1, whose targets are 1, 2 and 2, 3
    expect(board.model.at(1)).toMatchObject({ n: 2, mae: (0 + 2) / 2 });
    expect(board.model.at(2)).toMatchObject({ n: 2, mae: (2 + 0) / 2 });
    expect(board.model.at(1).mse).toBe((0.5 ** 2 + 1.5 ** 2) / 2); // of the mean, half above the median
    expect(board.experts.linear.at(1).mae).toBe((1 + 3) / 2);
    expect(board.experts.blend.at(2).mae).toBe((1 + 1) / 2); // one above the median
    expect(board.experts['blend-mean'].at(1).mae).toBe((2 + 0) / 2);
    expect(board.persistence.at(1).mae).toBe((1 + 3) / 2);
    expect(board.persistence.at(2).mae).toBe((4 + 2) / 2);
    // one season before: nothing known for tick 0 (the last value), y(0) = 5 for the target 2 of tick 1
    expect(board.seasonal.at(1).mae).toBe((1 + 4) / 2);
    expect(board.seasonal.at(2).mae).toBe((4 + 2) / 2);
  });

  it('scores no target that is missing', () => {
    const board = new Scoreboard({ horizon: 2, range: { firstTarget: 1, end: 9 }, season: 0 });
    for (const tick of [0, 1, 3, 4]) take(board, tick, tick, [0, 0]);
    expect([board.model.at(1).n, board.model.at(2).n]).toEqual([2, 1]); // of the targets one step ahead 1 and 4 were heard, two ahead only 3
  });

  it('scores nothing issued before the range, nor a horizon that reaches beyond it', () => {
    const board = new Scoreboard({ horizon: 2, range: { firstTarget: 3, end: 6 }, season: 0 });
    for (let tick = 0; tick < 9; tick++) take(board, tick, tick, [0, 0]);
    expect(board.model.at(1).n).toBe(2); // issued at 2 and 3
  });
});

describe('protocols', () => {
  it('score the last half, the rows of FSNet, or the last 30 % after a lookback', () => {
    expect(scoredRange('single', 101)).toEqual({ firstTarget: 50, end: 101 });
    expect(scoredRange('fsnet', 17_420)).toEqual({ firstTarget: 3600, end: 14_400 });
    expect(scoredRange('leakfree', 17_420)).toEqual({ firstTarget: 12_194 + 96, end: 17_420 });
  });

  it('normalise by the part that trains, and by nothing after it', () => {
    const cells = Float64Array.of(1, 3, Number.NaN, 5, 1000, 2000, 3000, 4000);
    expect(normaliser('single', cells).spread).toBeCloseTo(Math.sqrt(8 / 3));
    expect(normaliser('single', cells).meanChange).toBe(2);
  });
});
