import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Random } from '../../../src/series/random.js';
import { openForWriting } from '../../../src/storage/openDatabase.js';
import { buildReadingRun, dropReadingRun } from '../../../src/storage/readingRuns.js';
import { commitBatch } from '../../support/commitBatch.js';
import { emptyBatch, minute, rounds, StoreFixture, seriesRow, startMs, until } from '../../support/storeFixture.js';

const runRows = 4096;
const year = 365 * 86_400_000;
const kept = { readingsMs: 100 * minute, forecastsMs: 50 * minute };
const series = 8;
const perRun = runRows / series; // rounds

let fixture: StoreFixture;
beforeEach(() => {
  fixture = new StoreFixture();
});
afterEach(() => fixture.clean());

const allSeries = Array.from({ length: series }, (_, i) => seriesRow(i + 1));
const snapshots = (round: number) =>
  allSeries.map(({ id }) => ({ series: id, readingId: round * series + id, model: 'abc', state: new Uint8Array(4) }));

const firstTimes = (): [readings: number | null, forecasts: number | null] => {
  const db = new Database(fixture.path, { readonly: true });
  const first = (table: string) => db.prepare(`SELECT min(time) FROM ${table}`).pluck().get() as number | null;
  const found: [number | null, number | null] = [first('readings'), first('forecasts')];
  db.close();
  return found.map((time) => (time === null ? null : (time - startMs) / minute)) as typeof found;
};

/** Five runs and a short tail, everything covered by snapshots, then a new start at `nowMs`. */
async function storeOfFiveRuns(coveredRound = 5 * perRun) {
  const store = await fixture.open();
  await commitBatch(store, {
    ...emptyBatch,
    ...rounds(series, 0, 5 * perRun + 1),
    series: allSeries,
    snapshots: snapshots(coveredRound),
  });
  await until(() => store.stats().runs === 5);
  await store.close();
}

async function startAt(nowMs: number) {
  const store = await fixture.open({ retention: kept, nowMs: () => nowMs });
  await commitBatch(store, { ...emptyBatch, ...rounds(series, 5 * perRun + 1, 5 * perRun + 2) });
  return store;
}

const endMs = startMs + (5 * perRun + 1) * minute;

it('takes away whole runs that are older than the retention by their own time, and keeps the views right', async () => {
  await storeOfFiveRuns();
  const store = await startAt(endMs);
  await until(() => firstTimes().every((round) => round === 4 * perRun));
  const db = new Database(fixture.path, { readonly: true });
  const totals = db.prepare('SELECT readings, first_time, last_time, last_value FROM series').raw().all();
  const counted = db
    .prepare('SELECT count(*), min(time), max(time), max(value) FROM readings GROUP BY series')
    .raw()
    .all();
  expect(totals).toEqual(counted);
  expect(db.prepare('SELECT count(*), min(id) FROM reading').raw().get()).toEqual([
    ...[(perRun + 2) * series, 4 * perRun * series + 1],
  ]);
  db.close();
  expect(store.contains(1, startMs, 0)).toBe(false);
  expect(store.contains(1, startMs + 4 * perRun * minute, 4 * perRun)).toBe(true);
});

it.each([
  ['ahead', 10 * year],
  ['back', -10 * year],
  ['in 1970', -startMs],
])('takes nothing away for a clock that is %s', async (_name, stepMs) => {
  await storeOfFiveRuns();
  const store = await startAt(startMs + 10 * minute + stepMs);
  for (let n = 2; n < 40; n++)
    await commitBatch(store, { ...emptyBatch, ...rounds(series, 5 * perRun + n, 5 * perRun + n + 1) });
  expect(firstTimes()).toEqual([0, 0]);
  expect(store.stats().runs).toBe(5);
});

it('keeps readings that a replay would need, however old they are', async () => {
  await storeOfFiveRuns(perRun + 3);
  const store = await startAt(endMs);
  await until(() => firstTimes()[1] === 4 * perRun);
  expect(firstTimes()[0]).toBe(perRun);
  expect(store.stats().runs).toBe(4);
});

it('keeps totals equal to what is stored, also when times overlap between runs', () => {
  const db = openForWriting(fixture.path);
  const random = new Random(5);
  const insert = db.prepare('INSERT INTO reading VALUES (?, ?, ?, ?, 0, NULL)');
  for (let id = 1; id <= 1200; id++) insert.run(id, 1 + random.integer(5), random.integer(400), random.integer(50));
  db.exec(
    'INSERT INTO snapshot VALUES (1, 9999, 0, 0), (2, 9999, 0, 0), (3, 9999, 0, 0), (4, 9999, 0, 0), (5, 9999, 0, 0)',
  );
  for (let i = 0; i < 12; i++) buildReadingRun(db, 100);
  const check = (): void => {
    const stats = db
      .prepare('SELECT series, readings, first_time, last_time FROM reading_stat ORDER BY series')
      .raw()
      .all();
    const truth = db.prepare('SELECT series, count(*), min(time), max(time) FROM reading GROUP BY series').raw().all();
    expect(stats).toEqual(truth);
    const values = db
      .prepare(
        `SELECT count(*) FROM reading_stat s
         WHERE last_value IN (SELECT value FROM reading r WHERE r.series = s.series AND r.time = s.last_time)`,
      )
      .pluck()
      .get();
    expect(values).toBe(truth.length);
  };
  check();
  for (let i = 0; i < 11; i++) {
    expect(dropReadingRun(db, 1000)).toBe(i + 1);
    check();
  }
  expect(dropReadingRun(db, 1000)).toBeUndefined();
  db.close();
});
