import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/pipeline/modelVersions.js';
import type { ReadingRow } from '../../../src/pipeline/ports.js';
import { commitBatch } from '../../support/commitBatch.js';
import {
  emptyBatch,
  minute,
  readingRow,
  replayed,
  rounds,
  StoreFixture,
  seriesRow,
  startMs,
  until,
} from '../../support/storeFixture.js';

let fixture: StoreFixture;
beforeEach(() => {
  fixture = new StoreFixture();
});
afterEach(() => fixture.clean());

const seriesRows = (count: number) => Array.from({ length: count }, (_, i) => seriesRow(i + 1));
const snapshot = (series: number, readingId: number, bytes: number[]) => ({
  ...{ series, readingId },
  model: 'abc',
  state: Uint8Array.from(bytes),
});

describe('a store that was closed and opened again', () => {
  it('begins empty', async () => {
    const store = await fixture.open();
    expect(await store.load()).toEqual({ series: [], snapshots: new Map(), lastLogId: 0 });
    expect(store.lastForecastTick(1)).toBe(-1);
    expect(store.contains(1, startMs, 1)).toBe(false);
  });

  it('gives back series, snapshots, the end of the log and the last ticks', async () => {
    const store = await fixture.open();
    const state = snapshot(2, 4, [1, 2, 3]);
    await commitBatch(store, { ...emptyBatch, ...rounds(3, 0, 2), series: seriesRows(3), snapshots: [state] });
    await store.close();
    const again = await fixture.open();
    const loaded = await again.load();
    expect(loaded.series).toEqual(seriesRows(3));
    expect(loaded.lastLogId).toBe(6);
    expect([...loaded.snapshots.values()]).toEqual([{ ...state, state: state.state }]);
    expect(again.lastForecastTick(3)).toBe(1);
    expect(again.lastForecastTick(4)).toBe(-1);
  });

  it('tells where in the log the ticks of a series were forecast, in runs and after them', async () => {
    const store = await fixture.open();
    await commitBatch(store, { ...emptyBatch, ...rounds(3, 0, 1500), series: seriesRows(3) });
    const expected = await store.forecastPlaces(2, 0, 0);
    expect(expected.map(({ tick }) => tick)).toEqual(Array.from({ length: 1500 }, (_, i) => i));
    expect(expected.every(({ id }, i) => i === 0 || id > expected[i - 1].id)).toBe(true);
    await until(() => store.stats().runs > 0);
    expect(await store.forecastPlaces(2, 0, 0)).toEqual(expected);
    expect(await store.forecastPlaces(2, 1490, 0)).toEqual(expected.slice(1490));
    expect(await store.forecastPlaces(2, 0, expected[700].id)).toEqual(expected.slice(701));
    expect(await store.forecastPlaces(2, 1500, 0)).toEqual([]);
  });

  it('replays what no snapshot covers, in log order, each reading as it was', async () => {
    const store = await fixture.open();
    const rows = [
      { ...readingRow(1, 1, startMs, 0.1), flags: 4, packetId: 77 },
      { ...readingRow(2, 2, startMs + 1, -0.25), flags: 1 },
      readingRow(5, 1, startMs + 2.5, 1e300),
      readingRow(9, 2, 5, 3),
    ];
    await commitBatch(store, { ...emptyBatch, series: seriesRows(2), readings: rows, snapshots: [snapshot(2, 2, [])] });
    await store.close();
    const again = await fixture.open();
    expect(await replayed(again, await again.load())).toEqual([rows[0], rows[2], rows[3]]);
  });

  it('adds nothing to the replay for a series that has been silent since its snapshot', async () => {
    const store = await fixture.open();
    const { readings } = rounds(1, 0, 20_000);
    await commitBatch(store, {
      ...emptyBatch,
      series: seriesRows(2),
      readings: [readingRow(1, 2, startMs, 1), ...readings.map((row) => ({ ...row, id: row.id + 1 }))],
      snapshots: [snapshot(2, 1, []), snapshot(1, 20_000, [])],
    });
    const state = await store.load();
    expect((await replayed(store, state)).map(({ id }) => id)).toEqual([20_001]);
  });

  it('has the last readings of a series, from runs and tail alike', async () => {
    const store = await fixture.open();
    await commitBatch(store, { ...emptyBatch, series: seriesRows(7), readings: rounds(7, 0, 3000).readings });
    await until(() => store.stats().runs === 5);
    const ids = (rows: readonly ReadingRow[]) => rows.map(({ y }) => y);
    expect(ids(await store.recent(3, 3, 1e9))).toEqual([2997, 2998, 2999]);
    expect(ids(await store.recent(3, 2000, 7 * 2000))).toEqual(Array.from({ length: 2000 }, (_, i) => i));
    expect(ids(await store.recent(3, 5000, 1e9))).toHaveLength(3000);
    expect(await store.recent(8, 10, 1e9)).toEqual([]);
  });
});

describe('what was taken', () => {
  it('is known while it waits for its commit, in the tail, in a run, and after a new start', async () => {
    const store = await fixture.open();
    const { readings } = rounds(5, 0, 2000);
    const waiting = readingRow(10_001, 1, startMs + 5000 * minute, 0.5);
    for (const row of readings) store.noteTaken(row);
    store.noteTaken(waiting);
    await commitBatch(store, { ...emptyBatch, series: seriesRows(5), readings });
    await until(() => store.stats().runs === 2);
    const check = (opened: typeof store) =>
      readings.every(({ series, tMs, y }) => opened.contains(series, tMs, y)) &&
      !opened.contains(1, startMs + 30_000, 0) &&
      !opened.contains(1, startMs, 0.1) &&
      !opened.contains(6, startMs, 0);
    expect(check(store)).toBe(true);
    expect(store.contains(1, waiting.tMs, 0.5)).toBe(true);
    await store.close();
    const again = await fixture.open();
    expect(check(again)).toBe(true);
    expect(again.contains(1, waiting.tMs, 0.5)).toBe(false);
  });

  it('is found under its packet id until that id is free again', async () => {
    const store = await fixture.open();
    const rows = [
      readingRow(1, 1, startMs, 1, 7),
      readingRow(3, 1, startMs + 1, 2, 7),
      readingRow(4, 1, startMs + 2, 3, 8),
    ];
    for (const row of rows) store.noteTaken(row);
    expect(store.takenByPacket(7)).toEqual(rows.slice(0, 2));
    await commitBatch(store, { ...emptyBatch, series: [seriesRow(1)], readings: rows });
    await store.close();
    const again = await fixture.open();
    expect(again.takenByPacket(7)).toEqual(rows.slice(0, 2));
    expect(again.takenByPacket(8)).toEqual(rows.slice(2));
    again.forgetPacket(7);
    expect(again.takenByPacket(7)).toEqual([]);
    expect(again.takenByPacket(8)).toEqual(rows.slice(2));
  });

  it('is not found under the packet ids of an earlier broker session, once a later commit has been made', async () => {
    const store = await fixture.open();
    const first = readingRow(1, 1, startMs, 1, 7);
    store.noteTaken(first);
    await commitBatch(store, { ...emptyBatch, series: [seriesRow(1)], readings: [first] });
    store.forgetPacket(undefined);
    expect(store.takenByPacket(7)).toEqual([]);
    const second = readingRow(2, 1, startMs + 1, 1, 9);
    store.noteTaken(second);
    await commitBatch(store, { ...emptyBatch, readings: [second] });
    await store.close();
    const again = await fixture.open();
    expect(again.takenByPacket(7)).toEqual([]);
    expect(again.takenByPacket(9)).toEqual([second]);
  });

  it('under a packet id that was used twice is the later use only', async () => {
    const store = await fixture.open();
    const rows = [readingRow(1, 1, startMs, 1, 7), readingRow(2, 1, startMs, 2, 8), readingRow(3, 1, startMs, 3, 7)];
    await commitBatch(store, { ...emptyBatch, series: [seriesRow(1)], readings: rows });
    await store.close();
    const again = await fixture.open();
    expect(again.takenByPacket(7)).toEqual([rows[2]]);
  });
});

describe('a commit', () => {
  it('leaves the buffers of its batch with the caller', async () => {
    const store = await fixture.open();
    const batch = { ...emptyBatch, ...rounds(1, 0, 1), series: [seriesRow(1)], snapshots: [snapshot(1, 1, [5, 6])] };
    await commitBatch(store, batch);
    expect([...batch.forecasts[0].values.subarray(0, 3)]).toEqual([-0.9, 0.1, 1.1]);
    expect([...batch.snapshots[0].state]).toEqual([5, 6]);
  });

  it('ends after those before it, however many are under way', async () => {
    const store = await fixture.open();
    const order: number[] = [];
    const commits = Array.from({ length: 20 }, (_, i) =>
      commitBatch(store, {
        ...emptyBatch,
        series: i === 0 ? [seriesRow(1)] : [],
        readings: [readingRow(i + 1, 1, startMs + i, i)],
      }).then(() => order.push(i)),
    );
    await Promise.all(commits);
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('that no database could hold is refused, and the next one is written', async () => {
    const store = await fixture.open();
    const good = rounds(1, 0, 1);
    const bad = { ...good.forecasts[0], values: new Float64Array(7) };
    await expect(commitBatch(store, { ...emptyBatch, series: [seriesRow(1)], forecasts: [bad] })).rejects.toThrow(
      '7 quantiles at 3 levels',
    );
    await commitBatch(store, { ...emptyBatch, series: [seriesRow(1)], ...good });
    expect((await store.load()).series).toHaveLength(1);
  });

  it('keeps the newest thousand rejects and ten thousand gaps', async () => {
    const store = await fixture.open();
    const reject = (i: number) => ({
      topic: `t/${i}`,
      reason: 'json_syntax',
      detail: 'unexpected end',
      payload: Uint8Array.from([1, 2, 3]),
      arrivedMs: startMs + i,
      countedOnly: false,
    });
    const gap = (i: number) => ({ seriesId: 'a', fromMs: i, toMs: i + 1, missing: 1, reason: 'silent' as const });
    for (let i = 0; i < 3; i++) {
      await commitBatch(store, {
        ...emptyBatch,
        rejects: Array.from({ length: 700 }, (_, j) => reject(i * 700 + j)),
        gaps: Array.from({ length: 7000 }, (_, j) => gap(i * 7000 + j)),
      });
    }
    const db = new Database(fixture.path, { readonly: true });
    expect(db.prepare('SELECT count(*), max(time), hex(payload) FROM quarantine').raw().get()).toEqual([
      ...[1000, startMs + 2099, '010203'],
    ]);
    expect(db.prepare('SELECT count(*), max(first_time) FROM gap').raw().get()).toEqual([10_000, 20_999]);
    db.close();
  });

  it('is made with synchronous = FULL in a write-ahead log', async () => {
    const { openForWriting } = await import('../../../src/storage/openDatabase.js');
    const db = openForWriting(fixture.path);
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    db.close();
  });
});

describe('models', () => {
  it('are decided about in the transaction of a commit, and on their own', async () => {
    const store = await fixture.open();
    const decision: Decision = {
      ...{ timeMs: startMs, kind: 'probation', model: 'gru-base@2', series: 'a', verdict: 'rolled-back' },
      ...{ reason: 'the one before erred less', figures: { ticks: 256 }, durationMs: 0 },
    };
    store.ledger.write({ decisions: [{ ...decision, series: undefined }] });
    await commitBatch(store, { ...emptyBatch, decisions: [decision] });
    const db = new Database(fixture.path, { readonly: true });
    const found = db.prepare("SELECT series, verdict, figures ->> 'ticks' AS ticks FROM decisions").all();
    expect(found).toEqual([null, 'a'].map((series) => ({ series, verdict: 'rolled-back', ticks: 256 })));
    db.close();
  });
});
