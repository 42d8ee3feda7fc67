import { execFileSync } from 'node:child_process';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ForecastRow } from '../../../src/pipeline/ports.js';
import { liveAccuracy, queryForecasts } from '../../../src/storage/queries.js';
import type { SqliteStore } from '../../../src/storage/sqliteStore.js';
import { commitBatch } from '../../support/commitBatch.js';
import { gridSettings } from '../../support/settings.js';
import {
  emptyBatch,
  forecastRow,
  minute,
  modelName,
  readingRow,
  StoreFixture,
  seriesRow,
  startMs,
  until,
} from '../../support/storeFixture.js';

const kitchen = 'sensors/1';
const at = (n: number): number => startMs + n * minute;

let fixture: StoreFixture;
let store: SqliteStore;
beforeEach(async () => {
  fixture = new StoreFixture();
  store = await fixture.open();
});
afterEach(() => fixture.clean());

/** Ticks 0, 1 and 3 of series 1 (2 is missing), values 10, 11, 13; a late reading; series 2 at levels of its own; series 3, silent. */
async function commitStory(): Promise<void> {
  const readings = [
    readingRow(1, 1, at(0), 10),
    readingRow(2, 2, at(0), 5),
    readingRow(3, 1, at(1), 11),
    { ...readingRow(4, 1, at(0) + 7, 99), flags: 1 },
    readingRow(5, 1, at(3), 13),
  ];
  const forecasts = [
    forecastRow(1, 1, 0, at(0), 10),
    ownLevels(2, 2, 0, at(0), 5),
    forecastRow(3, 1, 1, at(1), 11),
    forecastRow(5, 1, 3, at(3), 13),
  ];
  const grid = { ...seriesRow(2), settings: gridSettings };
  const summaries = [{ series: 1, stepMs: minute, season: 1440, model: modelName }];
  await commitBatch(store, {
    ...emptyBatch,
    series: [seriesRow(1), grid, seriesRow(3)],
    readings,
    forecasts,
    summaries,
  });
}

function ownLevels(id: number, series: number, tick: number, tMs: number, y: number): ForecastRow {
  const levels = [0.05, 0.1, 0.95];
  const values = Float64Array.of(1.5, 2.5, 3.5);
  const head = { id, series, tick, tMs, issuedMs: tMs + 12, y, stepMs: 5 * minute, model: 'own@2', levels };
  return { ...head, values, decimals: 1, weights: new Float64Array() };
}

/** Readings of another series, enough that what came before them is in a run. */
async function pushIntoRuns(): Promise<void> {
  const runs = store.stats().runs;
  const n = 4096;
  const readings = Array.from({ length: n }, (_, i) => readingRow(1000 + i, 4, at(i), i));
  const forecasts = Array.from({ length: n }, (_, i) => forecastRow(1000 + i, 4, i, at(i), i));
  await commitBatch(store, { ...emptyBatch, series: [seriesRow(4)], readings, forecasts });
  await until(() => store.stats().runs === runs + 1);
  await until(() => rows('SELECT id FROM forecast_run').length === runs + 1);
}

function rows(sql: string, ...values: unknown[]): unknown[] {
  const db = new Database(fixture.path, { readonly: true });
  try {
    return db
      .prepare(sql)
      .raw()
      .all(...values);
  } finally {
    db.close();
  }
}

const places = { 'the tail': async () => {}, 'a run': pushIntoRuns };

describe.each(Object.entries(places))('rows in %s', (_name, settle) => {
  beforeEach(async () => {
    await commitStory();
    await settle();
  });

  it('are readings, the late one too', () => {
    expect(rows('SELECT time, value FROM readings WHERE series = ? ORDER BY time', kitchen)).toEqual([
      [at(0), 10],
      [at(0) + 7, 99],
      [at(1), 11],
      [at(3), 13],
    ]);
  });

  it('are one row a forecast and horizon, beside what came true at that very step', () => {
    const found = rows(
      'SELECT time, issued, model, horizon, target_time, q10, q50, q90, actual FROM forecasts WHERE series = ? ORDER BY time, horizon',
      kitchen,
    );
    const row = (n: number, horizon: number, q50: number, actual: number | null) => [
      ...[at(n), at(n) + 12, modelName, horizon, at(n + horizon)],
      ...[Number((q50 - 1).toFixed(2)), q50, Number((q50 + 1).toFixed(2)), actual],
    ];
    expect(found).toEqual([
      row(0, 1, 10.1, 11),
      row(0, 2, 10.2, null), // tick 2 never came
      row(0, 3, 10.3, 13),
      row(1, 1, 11.1, null),
      row(1, 2, 11.2, 13),
      row(1, 3, 11.3, null),
      row(3, 1, 13.1, null),
      row(3, 2, 13.2, null),
      row(3, 3, 13.3, null),
    ]);
  });

  it('have a null where a model has no such level', () => {
    expect(rows("SELECT model, horizon, target_time, q10, q50, q90 FROM forecasts WHERE series = 'sensors/2'")).toEqual(
      [['own@2', 1, at(5), 2.5, null, null]],
    );
  });

  it('are counted in the list of series', () => {
    expect(rows("SELECT * FROM series WHERE series <> 'sensors/4' ORDER BY series")).toEqual([
      [kitchen, 0, 1440, modelName, 4, at(0), at(3), 13, minute],
      ['sensors/2', 60_000, null, null, 1, at(0), at(0), 5, null],
      ['sensors/3', 0, null, null, 0, null, null, null, null],
    ]);
  });

  it('read the same through the sqlite library of another language', () => {
    const sql = 'select count(*), count(actual), sum(q50) from forecasts where series = ?';
    const python = `import sqlite3,sys; print(*sqlite3.connect(sys.argv[1]).execute("${sql}", ["${kitchen}"]).fetchone())`;
    const printed = execFileSync('python3', ['-c', python, fixture.path], { encoding: 'utf8' });
    const [count, actuals, sum] = printed.split(' ').map(Number);
    expect([count, actuals]).toEqual([9, 3]);
    expect(sum).toBeCloseTo(3 * (10 + 11 + 13) + 3 * 0.6, 9);
  });

  const query = (issued: 'latest' | 'all' | number, more = {}) =>
    queryForecasts(fixture.path, { series: kitchen, issued, ...more });

  it('are queried all, equal to the view', async () => {
    const view = rows('SELECT * FROM forecasts WHERE series = ? ORDER BY target_time, time', kitchen);
    expect((await query('all')).map((row) => Object.values(row))).toEqual(view);
  });

  it('are queried the latest of each step: the one with the fewest steps ahead', async () => {
    const latest = (await query('latest')).map(({ time, horizon, actual }) => [
      (time - startMs) / minute,
      horizon,
      actual,
    ]);
    expect(latest).toEqual([
      [0, 1, 11],
      [1, 1, null],
      [1, 2, 13],
      [3, 1, null],
      [3, 2, null],
      [3, 3, null],
    ]);
    const window = await query('latest', { fromMs: at(1), toMs: at(2) });
    expect(window.map(({ time, horizon }) => [(time - startMs) / minute, horizon])).toEqual([
      [0, 1],
      [1, 1],
    ]);
    expect((await query('latest', { horizon: 2 })).map(({ time }) => time)).toEqual([at(1), at(3)]);
  });

  it('are queried as they were in force at a moment', async () => {
    expect((await query(at(1) + 11)).map(({ time, horizon }) => [time, horizon])).toEqual(
      [1, 2, 3].map((h) => [at(0), h]),
    );
    expect(new Set((await query(at(1) + 12)).map(({ time }) => time))).toEqual(new Set([at(1)]));
    expect(await query(at(0) + 11)).toEqual([]);
    expect((await query(at(9), { horizon: 2, toMs: at(5) })).map(({ time, horizon }) => [time, horizon])).toEqual([
      [at(3), 2],
    ]);
  });

  it('are queried by target time and horizon', async () => {
    const found = await query('all', { fromMs: at(2), toMs: at(3), horizon: 2 });
    expect(found.map(({ time, target_time }) => [time, target_time])).toEqual([
      [at(0), at(2)],
      [at(1), at(3)],
    ]);
    expect(await queryForecasts(fixture.path, { series: 'none', issued: 'all' })).toEqual([]);
  });

  it('are judged: the median and the last value by what came true, the interval by what it held', async () => {
    const accuracy = await liveAccuracy(fixture.path, kitchen, 10);
    expect(accuracy).toMatchObject({ forecasts: 3, persistence1: 1, persistence: 2 });
    expect(accuracy!.mae1).toBeCloseTo(0.9, 12); // |10.1 − 11|
    expect(accuracy!.mae).toBeCloseTo((0.9 + 2.7 + 1.8) / 3, 12);
    expect(accuracy!.coverage).toBeCloseTo(1 / 3, 12); // only 11 lies within 9.1 … 11.1
    expect(await liveAccuracy(fixture.path, kitchen, 1)).toMatchObject({ forecasts: 1, mae1: null, coverage: null });
    expect(await liveAccuracy(fixture.path, 'sensors/3', 10)).toBeUndefined();
  });
});

describe('forecasts in a run', () => {
  it('are judged by values that are still in the tail', async () => {
    await commitStory();
    await pushIntoRuns();
    await commitBatch(store, { ...emptyBatch, forecasts: [forecastRow(9000, 1, 4, at(4), 14)] });
    expect(rows('SELECT time, horizon FROM forecasts WHERE series = ? AND actual = 14 ORDER BY time', kitchen)).toEqual(
      [
        [at(1), 3],
        [at(3), 1],
      ],
    );
  });
});

describe('the views', () => {
  it('search by series, and readings by time too, in both parts', () => {
    const plan = (sql: string) =>
      (rows(`EXPLAIN QUERY PLAN ${sql}`) as unknown[][]).map((row) => String(row[3])).join('\n');
    const readings = plan("SELECT * FROM readings WHERE series = 'x' AND time BETWEEN 1 AND 2");
    expect(readings).toContain('SEARCH i USING PRIMARY KEY (run=? AND series=? AND time>? AND time<?)');
    expect(readings).toContain('SEARCH r USING INTEGER PRIMARY KEY (rowid>?)');
    const forecasts = plan("SELECT * FROM forecasts WHERE series = 'x' AND time BETWEEN 1 AND 2 AND horizon = 1");
    expect(forecasts).toContain('SEARCH i USING PRIMARY KEY (run=? AND series=?)');
    expect(forecasts).toContain('SEARCH h USING INTEGER PRIMARY KEY (rowid=?)');
    expect(forecasts).toContain('SEARCH f USING INTEGER PRIMARY KEY (rowid>?)');
    expect(forecasts).not.toContain('SCAN f\n');
  });
});
