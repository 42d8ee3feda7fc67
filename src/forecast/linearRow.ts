import { dayPhase, weekPhase } from '../series/calendar.js';
import type { SeriesPast } from '../series/seriesPast.js';
import { LagWindow } from './lagWindow.js';

const dayMs = 86_400_000;
const mostSeasonal = 8; // regressors a season

export interface LinearRowOptions {
  readonly horizon: number;
  readonly lags: number; // y(t−1) … y(t−lags)
  readonly averages: readonly number[]; // steps the moving averages look back on
}

/**
 * The regressors of the linear expert at t, all but the last few in units of the series' spread s and relative to y(t), so that
 * weights of zero are persistence:
 *
 *     (y(t−k) − y)/s, k = 1…lags        (y(t+h−p) − y)/s, the values one season p before each target, beyond the lags
 *     (a_n − y)/s, exponential averages over n steps      (y − m)/s, m the running mean
 *     1      where at least four steps make a day: two harmonics of the day, one of the week, weekend, at t+1
 *
 * More than eight targets are covered by eight evenly spread ones.
 */
export class LinearRow {
  readonly width: number;
  readonly fixedFrom: number; // the first regressor that has no unit
  readonly window: LagWindow; // of the first regressors
  readonly #season: number;
  readonly #hasCalendar: boolean;

  constructor({ horizon, lags, averages }: LinearRowOptions, { season, stepMs }: SeriesPast) {
    this.#season = season;
    const near = Array.from({ length: lags }, (_, i) => i + 1);
    this.window = LagWindow.of([...near, ...seasonalLags(season, horizon, lags)], horizon);
    this.#hasCalendar = hasCalendar(stepMs);
    this.fixedFrom = this.window.lags.length + averages.length + 1;
    this.width = this.fixedFrom + 1 + (this.#hasCalendar ? 7 : 0);
  }

  /** Whether the series still has the seasons and the step this was made for. */
  fits({ season, stepMs }: SeriesPast): boolean {
    return season === this.#season && hasCalendar(stepMs) === this.#hasCalendar;
  }

  /** Writes the regressors into `x`, once its window was filled; `unit` is s, `averages` hold a_n. */
  write(x: Float64Array, past: SeriesPast, averages: Float64Array, unit: number): void {
    this.window.write(x, 0);
    let at = this.window.lags.length;
    for (let i = 0; i < averages.length; i++) x[at++] = limited((averages[i] - past.last) / unit);
    x[at++] = limited((past.last - past.level) / unit);
    x[at++] = 1;
    if (this.#hasCalendar) writeCalendar(x, at, past.tMs + past.stepMs);
  }
}

function writeCalendar(x: Float64Array, at: number, tMs: number): void {
  const day = 2 * Math.PI * dayPhase(tMs);
  const week = 2 * Math.PI * weekPhase(tMs);
  x[at] = Math.sin(day);
  x[at + 1] = Math.cos(day);
  x[at + 2] = Math.sin(2 * day);
  x[at + 3] = Math.cos(2 * day);
  x[at + 4] = Math.sin(week);
  x[at + 5] = Math.cos(week);
  x[at + 6] = week >= (2 * Math.PI * 5) / 7 ? 1 : 0;
}

function seasonalLags(period: number, horizon: number, lags: number): number[] {
  if (period === 0) return [];
  const targets = Math.min(horizon, mostSeasonal);
  const found = new Set<number>();
  for (let i = 0; i < targets; i++) {
    const h = 1 + Math.round((i * (horizon - 1)) / Math.max(1, targets - 1));
    const back = period * Math.ceil(h / period) - h;
    if (back > lags) found.add(back);
  }
  return [...found].sort((a, b) => a - b);
}

const hasCalendar = (stepMs: number): boolean => stepMs > 0 && stepMs <= dayMs / 4;
const limited = (value: number): number => (Number.isNaN(value) ? 0 : Math.min(1e6, Math.max(-1e6, value)));
