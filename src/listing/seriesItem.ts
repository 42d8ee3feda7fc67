import { type ForecastListing, listing } from './listForecasts.js';
import type { LiveAccuracy } from './liveAccuracy.js';
import type { StoredForecast } from './storedForecast.js';

/** A row of the view `series`. */
export interface SeriesListing {
  readonly series: string;
  readonly cadence: number; // milliseconds, 0: every reading is one step
  readonly season: number | null;
  readonly model: string | null;
  readonly readings: number;
  readonly first_time: number | null;
  readonly last_time: number | null;
  readonly last_value: number | null;
}

/** Which series, in the order of their names. */
export interface SeriesSelection {
  readonly series?: string; // this one alone
  readonly search?: string; // part of the name, case aside
  readonly after?: string; // names behind this one
  readonly most: number;
  readonly spark: number; // readings
  readonly isLate?: () => boolean; // a page may end before it is full, but not before its first row
}

/** A row of the view `readings`, of one series. */
export interface ReadingListing {
  readonly time: number;
  readonly value: number;
}

/** A series as a list shows it. */
export interface SeriesItem extends SeriesListing, Partial<Omit<LiveAccuracy, 'forecasts'>> {
  readonly forecasts?: number;
  readonly skill1?: number | null; // 1 − mae1 / persistence1
  readonly skill?: number | null;
  readonly next: ForecastListing | null; // one step ahead, as last forecast
  readonly spark: readonly ReadingListing[]; // the last readings
}

export const seriesItem = (
  row: SeriesListing,
  newest: StoredForecast | undefined,
  scored: LiveAccuracy | undefined,
  spark: readonly ReadingListing[],
): SeriesItem => ({
  ...row,
  ...(scored && {
    ...scored,
    skill1: skillOf(scored.mae1, scored.persistence1),
    skill: skillOf(scored.mae, scored.persistence),
  }),
  next: newest ? listing(row.series, newest, 1, noActuals) : null,
  spark,
});

const noActuals = new Map<number, number>(); // nothing has come after the newest

const skillOf = (error: number | null, persistence: number | null): number | null =>
  error === null || !persistence ? null : 1 - error / persistence;
