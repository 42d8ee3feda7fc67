import type { ApiForecast, ApiForecastDocument, ApiSeries } from '../../../src/http/api.js';

/** Rows of the interface, of a series in which value n came at minute n and forecasts say n + 1 ± 1 for step one. */

export const minuteMs = 60_000;

export const forecastRow = (n: number, horizon = 1, more: Partial<ApiForecast> = {}): ApiForecast => ({
  ...{ series: 's', time: n * minuteMs, issued: 1_000_000 + n, model: 'gru@1', horizon },
  target_time: (n + horizon) * minuteMs,
  ...{ q10: n + horizon - 1, q50: n + horizon, q90: n + horizon + 1, actual: null },
  ...more,
});

export const forecastDocument = (n: number, horizon = 3): ApiForecastDocument => ({
  ...{ series: 's', time: n * minuteMs, issued: 1_000_000 + n, model: 'gru@1', step: minuteMs, last: n, next: n + 1 },
  levels: [0.1, 0.5, 0.9],
  values: Array.from({ length: horizon }, (_, i) => [n + i, n + i + 1, n + i + 2]),
});

export const seriesRow = (series: string, more: Partial<ApiSeries> = {}): ApiSeries => ({
  ...{ series, cadence: minuteMs, season: null, model: 'gru@1', readings: 3, first_time: 0, last_time: 2 * minuteMs },
  ...{ last_value: 2, next: null, spark: [] },
  ...more,
});
