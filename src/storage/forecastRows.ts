import type { Database } from 'better-sqlite3';
import { type ForecastListing, type ForecastQuery, listForecasts, walkOf } from '../listing/listForecasts.js';
import { type Page, type PageLimits, walk, walkTargets } from '../listing/walkTargets.js';
import { StoredForecasts } from './storedForecasts.js';

/** Forecasts of one series as `listForecasts` lists them; undefined when there is no such series. */
export function forecastRows(db: Database, query: ForecastQuery): ForecastListing[] | undefined {
  const stored = StoredForecasts.of(db, query.series);
  return stored && rowsOf(stored, query);
}

/** The same, a page at a time. */
export function forecastPage(
  db: Database,
  query: ForecastQuery,
  limits: PageLimits,
): Page<ForecastListing> | undefined {
  const stored = StoredForecasts.of(db, query.series);
  if (!stored) return undefined;
  if (typeof query.issued === 'number') return partOf(rowsOf(stored, query), limits);
  const targets = walkOf(query, stored.targets(), stored.newest(1)[0]);
  return walk(walkTargets(targets, limits), (span) => rowsOf(stored, { ...query, ...span }));
}

/** Of one forecast, whose targets all differ. */
function partOf(rows: readonly ForecastListing[], { most, after }: PageLimits): Page<ForecastListing> {
  const left = after ? rows.filter(({ target_time }) => target_time >= after.fromMs) : rows;
  const next = left[most] && { fromMs: left[most].target_time, skip: 0 };
  return { rows: left.slice(0, most), next };
}

function rowsOf(stored: StoredForecasts, query: ForecastQuery): ForecastListing[] {
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY, issued } = query;
  const forecasts = typeof issued === 'number' ? stored.inForce(issued) : stored.within(fromMs, toMs);
  return listForecasts(query, forecasts, stored.actuals(forecasts));
}
