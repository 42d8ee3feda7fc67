import type { StoredForecast } from './storedForecast.js';
import type { Walk } from './walkTargets.js';

/** A row of the view `forecasts`. */
export interface ForecastListing {
  readonly series: string;
  readonly time: number;
  readonly issued: number;
  readonly model: string;
  readonly horizon: number;
  readonly target_time: number;
  readonly q10: number | null;
  readonly q50: number | null;
  readonly q90: number | null;
  readonly actual: number | null;
}

export interface ForecastQuery {
  readonly series: string;
  readonly fromMs?: number; // of the target times, inclusive
  readonly toMs?: number;
  readonly issued: 'latest' | 'all' | number;
  readonly horizon?: number;
}

/**
 * Forecasts of one series, in the order of their target times. `all`: every one. `latest`: for each step the newest forecast
 * of it, the one with the fewest steps ahead. A moment: `forecasts` is the one in force then. `actuals`: values by tick.
 */
export function listForecasts(
  { series, fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY, issued, horizon }: ForecastQuery,
  forecasts: readonly StoredForecast[],
  actuals: ReadonlyMap<number, number>,
): ForecastListing[] {
  const rows: ForecastListing[] = [];
  for (const forecast of forecasts) {
    const last = issued === 'latest' ? stepsInForce(forecast, actuals) : forecast.horizon;
    for (let h = horizon ?? 1; h <= Math.min(horizon ?? last, last); h++) {
      const targetMs = forecast.time + h * forecast.step;
      if (targetMs >= fromMs && targetMs <= toMs) rows.push(listing(series, forecast, h, actuals));
    }
  }
  return rows.sort((a, b) => a.target_time - b.target_time || a.time - b.time);
}

/** Where a walk through a series' forecasts goes: they speak of `firstMs` to `lastMs`, the newest is `newest`. */
export const walkOf = (
  query: ForecastQuery,
  [firstMs, lastMs]: readonly [number, number],
  { horizon = 1, step = 1 }: Partial<StoredForecast> = {},
): Walk<ForecastListing> => ({
  fromMs: Math.max(query.fromMs ?? firstMs, firstMs),
  toMs: Math.min(query.toMs ?? lastMs, lastMs),
  rowsPerMs: (query.issued === 'all' && query.horizon === undefined ? horizon : 1) / step,
  timeOf: (row) => row.target_time,
});

/** Up to the next step with a forecast of its own: what comes after it was said anew there. */
function stepsInForce({ tick, horizon }: StoredForecast, actuals: ReadonlyMap<number, number>): number {
  let h = 1;
  while (h < horizon && !actuals.has(tick + h)) h++;
  return h;
}

/** A forecast at one step ahead beside what came. */
export function listing(
  series: string,
  forecast: StoredForecast,
  horizon: number,
  actuals: ReadonlyMap<number, number>,
): ForecastListing {
  const { time, issued, model, step, width, k, base, scale, tick } = forecast;
  const at = (i: number | null): number | null => (i === null ? null : (base + k[(horizon - 1) * width + i]) / scale);
  return {
    series,
    time,
    issued,
    model,
    horizon,
    target_time: time + horizon * step,
    q10: at(forecast.i10),
    q50: at(forecast.i50),
    q90: at(forecast.i90),
    actual: actuals.get(tick + horizon) ?? null,
  };
}

/** What came of forecasts at one step ahead; no `horizon`: at the last one of each. */
export const listOutcomes = (
  series: string,
  forecasts: readonly StoredForecast[],
  actuals: ReadonlyMap<number, number>,
  horizon?: number,
): ForecastListing[] =>
  forecasts
    .filter((forecast) => (horizon ?? 1) <= forecast.horizon)
    .map((forecast) => listing(series, forecast, horizon ?? forecast.horizon, actuals));
