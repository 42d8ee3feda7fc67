import { type ForecastListing, type ForecastQuery, listForecasts, walkOf } from '../listing/listForecasts.js';
import { listWeights, type WeightListing } from '../listing/listWeights.js';
import { type LiveAccuracy, liveAccuracyOf } from '../listing/liveAccuracy.js';
import {
  type ReadingListing,
  type SeriesItem,
  type SeriesListing,
  type SeriesSelection,
  seriesItem,
} from '../listing/seriesItem.js';
import { type Page, type PageLimits, type Span, walkTargets } from '../listing/walkTargets.js';
import type { Moment } from './postgresReader.js';
import { StoredForecasts } from './storedForecasts.js';

/* What is asked of a database a page at a time: the answers of the SQLite store, byte for byte. Times in epoch milliseconds. */

export interface SeriesQuery extends SeriesSelection {
  /** How so many of the newest forecasts turned out; 0: not asked for. */
  readonly scored: number;
}

const seriesColumns = `series, cadence, season, model, readings::float8, first_time, last_time, last_value`;

export const seriesRows = (moment: Moment): Promise<readonly SeriesListing[]> =>
  moment.rows(`SELECT ${seriesColumns} FROM series ORDER BY series COLLATE "C"`);

/** Series in the order of their names. */
export async function seriesPage(
  moment: Moment,
  { series, search, after, most, spark, scored, isLate = () => false }: SeriesQuery,
): Promise<{ rows: SeriesItem[]; next: string | undefined }> {
  const found = await moment.rows<SeriesListing>(
    `SELECT ${seriesColumns} FROM series
     WHERE ($1::text IS NULL OR series = $1) AND ($2::text IS NULL OR series COLLATE "C" > $2)
       AND ($3::text IS NULL OR position(lower($3) IN lower(series)) > 0)
     ORDER BY series COLLATE "C" LIMIT $4`,
    [series, after, search, most + 1],
  );
  const rows: SeriesItem[] = [];
  for (const row of found) {
    if (rows.length === most || (rows.length > 0 && isLate())) return { rows, next: rows[rows.length - 1].series };
    const stored = (await StoredForecasts.of(moment, row.series))!;
    const [newest] = await stored.newest(1);
    const accuracy = newest && scored > 0 ? await accuracyOf(stored, scored) : undefined;
    rows.push(seriesItem(row, newest, accuracy, await newestReadings(moment, stored.series, spark)));
  }
  return { rows, next: undefined };
}

/** How the newest `count` forecasts of a series turned out; undefined when there are none. */
export async function accuracyOfNewest(moment: Moment, series: string, count: number) {
  const stored = await StoredForecasts.of(moment, series);
  return stored && accuracyOf(stored, count);
}

async function accuracyOf(stored: StoredForecasts, count: number): Promise<LiveAccuracy | undefined> {
  const forecasts = await stored.newest(count);
  return liveAccuracyOf(forecasts, await stored.actuals(forecasts));
}

async function newestReadings(moment: Moment, series: number, count: number): Promise<ReadingListing[]> {
  const rows = await moment.rows<ReadingListing>(
    'SELECT time, value FROM reading WHERE series = $1 ORDER BY time DESC, id DESC LIMIT $2',
    [series, count],
  );
  return [...rows].reverse();
}

/** Readings of a series between two moments, both inclusive, in the order of their times; undefined for an unknown series. */
export async function readingPage(
  moment: Moment,
  { series, fromMs, toMs }: { series: string; fromMs?: number; toMs?: number },
  limits: PageLimits,
): Promise<Page<ReadingListing> | undefined> {
  const [known] = await moment.rows<{ id: number; readings: number; first: number; last: number }>(
    `SELECT d.id, coalesce(s.readings, 0)::float8 AS readings, s.first_time AS first, s.last_time AS last
     FROM series_def d LEFT JOIN series_state s ON s.series = d.id WHERE d.name = $1`,
    [series],
  );
  if (!known) return undefined;
  const { id, readings, first, last } = known;
  if (readings === 0) return { rows: [], next: undefined };
  const times = {
    fromMs: Math.max(fromMs ?? first, first),
    toMs: Math.min(toMs ?? last, last),
    rowsPerMs: readings / (last - first + 1),
    timeOf: ({ time }: ReadingListing) => time,
  };
  const sql = 'SELECT time, value FROM reading WHERE series = $1 AND time BETWEEN $2 AND $3 ORDER BY time, id';
  return walk(walkTargets(times, limits), (span) => moment.rows(sql, [id, span.fromMs, span.toMs]));
}

/** Forecasts of one series as `listForecasts` lists them; undefined when there is no such series. */
export async function forecastRows(moment: Moment, query: ForecastQuery): Promise<ForecastListing[] | undefined> {
  const stored = await StoredForecasts.of(moment, query.series);
  return stored && rowsOf(stored, query);
}

/** The same, a page at a time. */
export async function forecastPage(
  moment: Moment,
  query: ForecastQuery,
  limits: PageLimits,
): Promise<Page<ForecastListing> | undefined> {
  const stored = await StoredForecasts.of(moment, query.series);
  if (!stored) return undefined;
  if (typeof query.issued === 'number') return { rows: await rowsOf(stored, query), next: undefined };
  const targets = walkOf(query, await stored.targets(), (await stored.newest(1))[0]);
  return walk(walkTargets(targets, limits), (span) => rowsOf(stored, { ...query, ...span }));
}

async function rowsOf(stored: StoredForecasts, query: ForecastQuery): Promise<ForecastListing[]> {
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY, issued } = query;
  const forecasts = await (typeof issued === 'number' ? stored.inForce(issued) : stored.within(fromMs, toMs));
  return listForecasts(query, forecasts, await stored.actuals(forecasts));
}

async function walk<Row>(
  walker: ReturnType<typeof walkTargets<Row>>,
  read: (span: Span) => Promise<readonly Row[]>,
): Promise<Page<Row>> {
  let turn = walker.next();
  while (!turn.done) turn = walker.next(await read(turn.value));
  return turn.value;
}

/** What each expert had in the forecast of a series that was in force at a moment; undefined for an unknown series. */
export async function weightsInForce(
  moment: Moment,
  series: string,
  atMs: number,
): Promise<WeightListing[] | undefined> {
  const stored = await StoredForecasts.of(moment, series);
  if (!stored) return undefined;
  const [forecast] = await stored.inForce(atMs);
  if (!forecast) return [];
  const [{ weights, experts, steps }] = await moment.rows<{
    weights: string | null;
    experts: string[];
    steps: number[];
  }>(
    `SELECT f.weights, m.experts, m.weight_steps AS steps
     FROM forecast f JOIN forecast_form m ON m.id = f.form WHERE f.series = $1 AND f.tick = $2`,
    [stored.series, forecast.tick],
  );
  return weights === null ? [] : listWeights(series, forecast, { weights, experts, weighedSteps: steps });
}
