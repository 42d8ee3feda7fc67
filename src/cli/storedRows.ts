/* Rows as the views of the database have them (docs/queries.md); times in epoch milliseconds. */

export interface StoredSeries {
  readonly series: string;
  readonly cadence: string | number;
  readonly season: number | null;
  readonly model: string | null;
  readonly readings: number;
  readonly first_time: number | null;
  readonly last_time: number | null;
  readonly last_value: number | null;
}

export interface StoredForecast {
  readonly series: string;
  readonly time: number;
  readonly issued: number;
  readonly model: string | null;
  readonly horizon: number;
  readonly target_time: number;
  readonly q10: number | null;
  readonly q50: number | null;
  readonly q90: number | null;
  readonly actual: number | null;
}

/** How good the newest forecasts of a series turned out; null where nothing has come true yet. */
export interface StoredAccuracy {
  readonly forecasts: number;
  readonly mae1: number | null; // one step ahead, unit of the series
  readonly persistence1: number | null; // the same for the last value
  readonly coverage: number | null; // share of values within q10 and q90, all horizons
}
