import type { Database, Statement } from 'better-sqlite3';
import { unpackDistances } from '../forecast/packForecast.js';
import { unpackWeights } from '../forecast/packWeights.js';
import { type AccuracyRow, detailRows, summaryRows, totalRows } from '../metrics/accuracyRows.js';
import type { ForecastForm } from '../metrics/formScores.js';
import { type AccuracyLimits, SeriesAccuracy } from '../metrics/seriesAccuracy.js';
import { openForReading } from './openDatabase.js';
import { tailOf } from './schema.js';

export interface AccuracyQuery {
  readonly series?: string; // undefined: all, and a total
  readonly sinceMs?: number; // forecasts of readings at or after this
  readonly horizons?: readonly (number | null)[]; // null: all steps as one; undefined: that for all series, every step of one
}

const blockBytes = 32 * 1024 * 1024; // of forecasts and values held at a time

interface SeriesInStore {
  readonly id: number;
  readonly name: string;
  readonly season: number; // steps, 0: none
  readonly leadMs: number; // a season
  readonly firstRun: number;
  readonly lastRun: number;
}

type Row = [
  series: number,
  tick: number,
  time: number,
  value: number,
  form: number,
  base: number,
  scale: number,
  k: string,
  weights: string | null,
];

/**
 * How stored forecasts turned out: each compared with the values its series had at the steps it spoke of. All series: rows of each in
 * the order of their names, then the total. One: rows by model version and horizon, none when there is no such series.
 *
 * The log is read run by run, oldest first, for as many series at a time as fit into 32 MiB: every page about once, and never more
 * than the forecasts whose targets have not come.
 *
 * @throws {StepcastError} STORE_MISSING, STORE_NEWER, STORE_CORRUPT, STORE_READ_ONLY or STORE_IO.
 */
export const storedAccuracy = async (
  path: string,
  query: AccuracyQuery,
  onProgress: (done: number, total: number) => void,
): Promise<readonly AccuracyRow[]> => {
  const db = openForReading(path);
  try {
    return db.transaction(() => accuracyRows(db, query, onProgress))();
  } finally {
    db.close();
  }
};

/** The same through a connection; `onProgress` may throw to end it. */
export function accuracyRows(
  db: Database,
  { series: name, sinceMs = -8e15, horizons }: AccuracyQuery,
  onProgress: (done: number, total: number) => void,
): AccuracyRow[] {
  const forms = formsOf(db);
  const limits = {
    longestHorizon: Math.max(1, ...[...forms.values()].map(({ horizon }) => horizon)),
    mostQuantiles: Math.max(1, ...[...forms.values()].map(({ horizon, levels }) => horizon * levels.length)),
  };
  const everyStep = Array.from({ length: limits.longestHorizon }, (_, i) => i + 1);
  const found = seriesOf(db, name);
  const rows: AccuracyRow[] = [];
  const blocks = inBlocks(found, limits);
  for (const [b, block] of blocks.entries()) {
    const scores = new Map(block.map(({ id, season }) => [id, new SeriesAccuracy({ season, ...limits })]));
    const fromMs = Math.max(-8e15, sinceMs - Math.max(...block.map(({ leadMs }) => leadMs)));
    for (const part of partsOf(db, block, fromMs, (share) => onProgress(b + share, blocks.length))) {
      for (const [series, tick, time, value, form, base, scale, k, weights] of part) {
        const accuracy = scores.get(series);
        if (!accuracy) continue;
        accuracy.observe(tick, value, time >= sinceMs);
        if (time < sinceMs) continue;
        accuracy.expect(
          forms.get(form)!,
          unpacked(base, scale, k),
          weights === null ? undefined : unpackWeights(weights),
        );
      }
    }
    for (const { id, name: series } of block) {
      const make = name === undefined ? summaryRows : detailRows;
      rows.push(...make(series, scores.get(id)!, horizons ?? (name === undefined ? [null] : everyStep)));
    }
  }
  if (name !== undefined) return rows;
  rows.sort((a, b) => (a.series! < b.series! ? -1 : a.series! > b.series! ? 1 : 0));
  return [...rows, ...totalRows(rows)];
}

function unpacked(base: number, scale: number, k: string): number[] {
  const values = unpackDistances(k);
  for (let i = 0; i < values.length; i++) values[i] = (base + values[i]) / scale;
  return values;
}

function formsOf(db: Database): Map<number, ForecastForm> {
  const weighed = knowsWeights(db) ? 'experts, weight_steps' : 'NULL, NULL';
  const rows = db.prepare(`SELECT id, model, levels, horizon, ${weighed} FROM forecast_form`).raw().all() as [
    ...[id: number, model: string, levels: string, horizon: number, experts: string | null, steps: string],
  ][];
  return new Map(
    rows.map(([id, model, levels, horizon, experts, steps]) => [
      id,
      {
        ...{ model, levels: JSON.parse(levels), horizon },
        ...(experts && { weighed: { experts: JSON.parse(experts), weighedSteps: JSON.parse(steps) } }),
      },
    ]),
  );
}

function seriesOf(db: Database, name: string | undefined): SeriesInStore[] {
  return db
    .prepare(
      `SELECT d.id, d.name, coalesce(p.season, 0) AS season, coalesce(p.season * p.step, 0) AS leadMs,
         coalesce(s.first_run, 1) AS firstRun, coalesce(s.last_run, 0) AS lastRun
       FROM series_def d LEFT JOIN series_summary p ON p.series = d.id LEFT JOIN forecast_stat s ON s.series = d.id
       WHERE :name IS NULL OR d.name = :name ORDER BY d.id`,
    )
    .all({ name: name ?? null }) as SeriesInStore[];
}

/** Neighbours by id, as many as fit into `blockBytes` together. */
function inBlocks(series: readonly SeriesInStore[], limits: Omit<AccuracyLimits, 'season'>): SeriesInStore[][] {
  const blocks: SeriesInStore[][] = [];
  let room = 0;
  for (const one of series) {
    const bytes = SeriesAccuracy.sizeBytes({ season: one.season, ...limits });
    if (blocks.length === 0 || bytes > room) {
      blocks.push([]);
      room = blockBytes;
    }
    blocks[blocks.length - 1].push(one);
    room -= bytes;
  }
  return blocks;
}

/** The forecasts of a block: one part a run, in the order of series and tick, then the tail. */
function* partsOf(
  db: Database,
  block: readonly SeriesInStore[],
  fromMs: number,
  onProgress: (share: number) => void,
): Generator<Iterable<Row>> {
  const bounds = { first: block[0].id, last: block[block.length - 1].id, fromMs };
  const runs = db
    .prepare('SELECT id FROM forecast_run WHERE id BETWEEN :firstRun AND :lastRun AND last_time >= :fromMs ORDER BY id')
    .pluck()
    .all({
      firstRun: Math.min(...block.map(({ firstRun }) => firstRun)),
      lastRun: Math.max(...block.map(({ lastRun }) => lastRun)),
      fromMs,
    }) as number[];
  const inRun = rowsOf(
    db,
    `i.series, i.tick, i.time, i.value, f.form, f.base, f.scale, f.k, ${knowsWeights(db) ? 'f.weights' : 'NULL'}
     FROM forecast_index i CROSS JOIN forecast f ON f.id = i.id
     WHERE i.run = :run AND i.series BETWEEN :first AND :last AND i.time >= :fromMs ORDER BY i.series, i.tick`,
  );
  for (const [r, run] of runs.entries()) {
    yield inRun.iterate({ ...bounds, run }) as Iterable<Row>;
    onProgress((r + 1) / (runs.length + 1));
  }
  const inTail = rowsOf(
    db,
    `series, tick, time, value, form, base, scale, k, ${knowsWeights(db) ? 'weights' : 'NULL'} FROM forecast
     WHERE id > ${tailOf.forecast} AND series BETWEEN :first AND :last AND time >= :fromMs ORDER BY series, tick`,
  );
  yield inTail.iterate(bounds) as Iterable<Row>;
  onProgress(1);
}

/** A database of version 1 that no daemon has opened since has none. */
const knowsWeights = (db: Database): boolean => (db.pragma('user_version', { simple: true }) as number) > 1;

const rowsOf = (db: Database, sql: string): Statement => db.prepare(`SELECT ${sql}`).raw();
