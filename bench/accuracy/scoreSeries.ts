import type { ScoredRange } from '../../src/backtest/scoreboard.js';
import { expertNames, SeriesForecaster } from '../../src/forecast/seriesForecaster.js';
import { HorizonScore } from '../../src/metrics/horizonScore.js';
import type { Tick } from '../../src/series/types.js';

export const contenders = [...expertNames, 'blend', 'blend-mean'] as const;
export type Contender = (typeof contenders)[number];

export interface SeriesScore {
  readonly scores: Readonly<Record<Contender, HorizonScore>>;
  readonly microseconds: number; // of processor time a tick
}

/**
 * Streams ticks through a SeriesForecaster and scores every expert and both mixtures, prequentially. A forecast is scored when
 * its whole horizon lies within the range; missing targets are not.
 */
export function scoreSeries(ticks: readonly Tick[], horizon: number, { firstTarget, end }: ScoredRange): SeriesScore {
  const forecaster = new SeriesForecaster({ horizon, levels: [0.1, 0.5, 0.9], season: 0 });
  const scores = Object.fromEntries(contenders.map((name) => [name, new HorizonScore(horizon)])) as Record<
    Contender,
    HorizonScore
  >;
  const width = contenders.length * horizon;
  const issued = new Float64Array(horizon * width).fill(Number.NaN); // the last `horizon` ticks
  const before = process.cpuUsage();
  let asking = 0;
  for (const [t, tick] of ticks.entries()) {
    if (t === end) break;
    forecaster.learnOne(tick);
    const began = performance.now();
    if (!Number.isNaN(tick.y)) score(t, tick.y);
    const row = (t % horizon) * width;
    if (Number.isNaN(tick.y)) issued.fill(Number.NaN, row, row + width);
    else ask(row);
    asking += performance.now() - began;
  }
  const { user, system } = process.cpuUsage(before);
  return { scores, microseconds: (user + system - 1000 * asking) / Math.min(end, ticks.length) };

  function score(t: number, y: number): void {
    for (let h = 1; h <= horizon; h++) {
      const from = t - h;
      if (from < firstTarget - 1 || from + horizon >= end) continue;
      const row = (from % horizon) * width;
      if (Number.isNaN(issued[row])) continue;
      for (let c = 0; c < contenders.length; c++)
        scores[contenders[c]].addPoint(h, issued[row + c * horizon + h - 1], y);
    }
  }

  function ask(row: number): void {
    for (const [c, name] of contenders.entries()) {
      if (name === 'blend') forecaster.median(issued, row + c * horizon);
      else if (name === 'blend-mean') forecaster.mean(issued, row + c * horizon);
      else forecaster.expert(name, issued, row + c * horizon);
    }
  }
}
