import { type ForecastListing, type ForecastQuery, listOutcomes } from '../listing/listForecasts.js';
import type { LiveAccuracy } from '../listing/liveAccuracy.js';
import type { DecisionListing, ModelListing } from '../listing/modelListing.js';
import type { SeriesListing } from '../listing/seriesItem.js';
import type { AccuracyRow } from '../metrics/accuracyRows.js';
import { decisionRows, modelRows } from './modelQueries.js';
import { accuracyOfNewest, forecastRows, seriesRows } from './pages.js';
import { type Moment, openPostgresReader } from './postgresReader.js';
import { type AccuracyQuery, accuracyRows } from './storedAccuracy.js';
import { StoredForecasts } from './storedForecasts.js';

/* What the command line asks of a database on PostgreSQL. @throws {StepcastError} STORE_MISSING, STORE_NEWER, STORE_UNREACHABLE or STORE_REFUSED. */

export const listSeries = (url: string): Promise<readonly SeriesListing[]> => reading(url, seriesRows);

export const queryForecasts = (url: string, query: ForecastQuery): Promise<readonly ForecastListing[]> =>
  reading(url, async (moment) => (await forecastRows(moment, query)) ?? []);

export const liveAccuracy = (url: string, series: string, lastN: number): Promise<LiveAccuracy | undefined> =>
  reading(url, (moment) => accuracyOfNewest(moment, series, lastN));

export const newestOutcomes = (
  url: string,
  series: string,
  lastN: number,
  horizon?: number,
): Promise<readonly ForecastListing[]> =>
  reading(url, async (moment) => {
    const stored = await StoredForecasts.of(moment, series);
    const forecasts = (await stored?.newest(lastN)) ?? [];
    return listOutcomes(series, forecasts, (await stored?.actuals(forecasts)) ?? new Map(), horizon);
  });

export const storedAccuracy = (
  url: string,
  query: AccuracyQuery,
  onProgress: (done: number, total: number) => void,
): Promise<readonly AccuracyRow[]> => reading(url, (moment) => accuracyRows(moment, query, onProgress));

export const listModels = (url: string): Promise<readonly ModelListing[]> =>
  reading(url, (moment) => modelRows(moment));

export const listDecisions = (url: string, models: readonly string[]): Promise<readonly DecisionListing[]> =>
  reading(url, (moment) => decisionRows(moment, { models }));

/** Records of pushes; none of a database that no worker has opened since there are any. */
export const listPushes = (url: string): Promise<readonly string[]> =>
  reading(url, async (moment) => {
    const [{ there }] = await moment.rows<{ there: boolean }>("SELECT to_regclass('model_push') IS NOT NULL AS there");
    if (!there) return [];
    return (await moment.rows<{ record: string }>('SELECT record FROM model_push')).map(({ record }) => record);
  });

async function reading<T>(url: string, work: (moment: Moment) => Promise<T>): Promise<T> {
  const reader = await openPostgresReader(url);
  try {
    return await reader.read(work);
  } finally {
    await reader.close();
  }
}
