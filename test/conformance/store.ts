import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { weighedNames, weighedSteps } from '../../src/forecast/blendWeights.js';
import type { Decision, ModelLedger, ModelVersion } from '../../src/pipeline/modelVersions.js';
import type { ForecastRow, ReadingRow, SnapshotRow, Store, StoredState } from '../../src/pipeline/ports.js';
import type { SeriesSettings } from '../../src/series/types.js';
import { commitBatch } from '../support/commitBatch.js';
import { eventSettings } from '../support/settings.js';
import {
  emptyBatch,
  forecastRow,
  levels,
  minute,
  modelName,
  readingRow,
  replayed,
  rounds,
  startMs,
} from '../support/storeFixture.js';

export interface StoreUnderTest extends Store {
  readonly ledger: ModelLedger;
  stats(): { readonly commits: number; readonly readings: number; readonly forecasts: number };
  close(): Promise<void>;
}

/** One place where a store keeps what it has, empty at first. */
export interface StoreHarness {
  open(): Promise<StoreUnderTest>;
  /** Rows of the contract's views, numbers as numbers. */
  view(sql: string): Promise<readonly Record<string, unknown>[]>;
  clean(): Promise<void>;
}

interface Begun {
  readonly store: StoreUnderTest;
  readonly state: StoredState;
  readonly ids: readonly number[]; // in the order of the names
}

/** What any store must do, whatever it is made of. */
export function storeConformance(begin: () => Promise<StoreHarness>): void {
  let harness: StoreHarness;
  beforeEach(async () => {
    harness = await begin();
  });
  afterEach(() => harness.clean());

  /** A start: a store that several processes write to gives series by their names, any other all that there are. */
  const start = async (...names: string[]): Promise<Begun> => {
    const store = await harness.open();
    const named = names.map((seriesId) => ({ seriesId, settings: eventSettings as SeriesSettings }));
    const state = store.acquire ? (await store.acquire(named))! : await store.load();
    const known = new Map(state.series.map(({ seriesId, id }) => [seriesId, id]));
    const fresh = named.filter(({ seriesId }) => !known.has(seriesId));
    for (const { seriesId } of fresh) known.set(seriesId, Math.max(0, ...known.values()) + 1);
    if (fresh.length > 0) {
      const series = fresh.map((row) => ({ ...row, id: known.get(row.seriesId)! }));
      await commitBatch(store, { ...emptyBatch, series });
    }
    return { store, state, ids: names.map((name) => known.get(name)!) };
  };

  const again = async ({ store }: Begun, ...names: string[]): Promise<Begun> => {
    await store.close();
    return start(...names);
  };

  const has = async (store: Store, series: number, tMs: number, y: number): Promise<boolean> => {
    if (store.isAtHand && !store.isAtHand(series, tMs)) await store.lookUp!([{ series, tMs }]);
    return store.contains(series, tMs, y);
  };

  const snapshot = (series: number, readingId: number, bytes: number[]): SnapshotRow => ({
    ...{ series, readingId },
    model: 'abc',
    state: Uint8Array.from(bytes),
  });

  describe('a store that was closed and opened again', () => {
    it('begins empty', async () => {
      const { store, state, ids } = await start('a');
      expect([state.snapshots.size, state.lastLogId]).toEqual([0, 0]);
      expect(store.lastForecastTick(ids[0])).toBe(-1);
      expect(await has(store, ids[0], startMs, 1)).toBe(false);
      expect(await replayed(store, state)).toEqual([]);
    });

    it('gives back series, settings, the newest snapshots, the end of the log and the last ticks', async () => {
      const first = await start('a', 'b', 'c');
      const [a, b, c] = first.ids;
      const settings = { ...eventSettings, cadenceMs: 5000, statics: { z: 1, a: 2 } } as SeriesSettings;
      const rows = rounds(3, 0, 2);
      const of = (series: number) => [a, b, c][series - 1];
      await commitBatch(first.store, {
        ...emptyBatch,
        series: [{ id: b, seriesId: 'b', settings }],
        readings: rows.readings.map((row) => ({ ...row, series: of(row.series) })),
        forecasts: rows.forecasts.map((row) => ({ ...row, series: of(row.series) })),
        snapshots: [snapshot(a, 1, [9]), snapshot(b, 2, [7, 7])],
      });
      const bytes = Array.from({ length: 50_000 }, (_, i) => (i * 31) % 256);
      await commitBatch(first.store, { ...emptyBatch, snapshots: [snapshot(b, 5, bytes)] });
      const { store, state } = await again(first, 'a', 'b', 'c', 'd');
      expect(state.series.filter(({ seriesId }) => seriesId !== 'd')).toEqual([
        { id: a, seriesId: 'a', settings: eventSettings },
        { id: b, seriesId: 'b', settings },
        { id: c, seriesId: 'c', settings: eventSettings },
      ]);
      expect(JSON.stringify(state.series[1].settings.statics)).toBe('{"z":1,"a":2}');
      expect(state.lastLogId).toBe(6);
      expect(state.snapshots.get(a)).toMatchObject({ readingId: 1, model: 'abc', state: Uint8Array.of(9) });
      expect(Buffer.from(state.snapshots.get(b)!.state).equals(Buffer.from(bytes))).toBe(true);
      expect(state.snapshots.has(c)).toBe(false);
      expect([a, b, c].map((id) => store.lastForecastTick(id))).toEqual([1, 1, 1]);
    });

    it('replays what no snapshot covers, in log order, each reading as it was', async () => {
      const first = await start('a', 'b');
      const [a, b] = first.ids;
      const rows = [
        { ...readingRow(1, a, startMs, 0.1), flags: 4 },
        { ...readingRow(2, b, startMs + 1, -0.25), flags: 1 },
        readingRow(5, a, startMs + 2.5, 1e300),
        readingRow(9, b, 5, 0.1 + 0.2),
        readingRow(10, a, -86_400_000, 5e-324),
      ];
      await commitBatch(first.store, { ...emptyBatch, readings: rows, snapshots: [snapshot(b, 2, [])] });
      const { store, state } = await again(first, 'a', 'b');
      expect(await replayed(store, state)).toEqual([rows[0], rows[2], rows[3], rows[4]]);
    });

    it('replays more than it reads at once, without a reading missing or doubled', async () => {
      const first = await start('a', 'b');
      const [a, b] = first.ids;
      const readings = Array.from({ length: 7000 }, (_, i) => [
        readingRow(2 * i + 1, a, startMs + i, i),
        readingRow(2 * i + 2, b, startMs + i, i),
      ]).flat();
      await commitBatch(first.store, { ...emptyBatch, readings });
      const { store, state } = await again(first, 'a', 'b');
      expect((await replayed(store, state)).map(({ id }) => id)).toEqual(readings.map(({ id }) => id));
    });

    it('adds nothing to the replay for a series that has been silent since its snapshot', async () => {
      const first = await start('a', 'b');
      const [a, b] = first.ids;
      const readings = Array.from({ length: 3000 }, (_, i) => readingRow(i + 2, a, startMs + i, i));
      await commitBatch(first.store, {
        ...emptyBatch,
        readings: [readingRow(1, b, startMs, 1), ...readings],
        snapshots: [snapshot(b, 1, []), snapshot(a, 3000, [])],
      });
      const { store, state } = await again(first, 'a', 'b');
      expect((await replayed(store, state)).map(({ id }) => id)).toEqual([3001]);
    });
  });

  describe('what the log has', () => {
    it('are the last readings of a series up to a place', async () => {
      const { store, ids } = await start('a', 'b');
      const readings = Array.from({ length: 3000 }, (_, i) => readingRow(i + 1, ids[i % 2], startMs + i, i));
      await commitBatch(store, { ...emptyBatch, readings });
      const values = (rows: readonly ReadingRow[]) => rows.map(({ y }) => y);
      expect(values(await store.recent(ids[0], 3, 1e9))).toEqual([2994, 2996, 2998]);
      expect(values(await store.recent(ids[1], 2, 4))).toEqual([1, 3]);
      expect(await store.recent(ids[1], 5000, 1e9)).toHaveLength(1500);
      expect(await store.recent(ids[1] + 7, 10, 1e9)).toEqual([]);
    });

    it('are the places at which ticks of a series were forecast', async () => {
      const { store, ids } = await start('a', 'b');
      const forecasts = Array.from({ length: 1500 }, (_, i) => [
        forecastRow(2 * i + 1, ids[0], i, startMs + i * minute, i),
        forecastRow(2 * i + 2, ids[1], i, startMs + i * minute, i),
      ]).flat();
      await commitBatch(store, { ...emptyBatch, forecasts });
      const places = await store.forecastPlaces(ids[1], 0, 0);
      expect(places).toEqual(Array.from({ length: 1500 }, (_, i) => ({ id: 2 * i + 2, tick: i })));
      expect(await store.forecastPlaces(ids[1], 1490, 0)).toEqual(places.slice(1490));
      expect(await store.forecastPlaces(ids[1], 0, places[700].id)).toEqual(places.slice(701));
      expect(await store.forecastPlaces(ids[1], 1500, 0)).toEqual([]);
    });
  });

  describe('what was taken', () => {
    it('is known while it waits for its commit, long after it, and after a new start', async () => {
      const first = await start('a', 'b');
      const [a, b] = first.ids;
      const readings = Array.from({ length: 600 }, (_, i) =>
        readingRow(i + 1, i % 2 ? b : a, startMs + i * minute, i / 8),
      );
      const late = readingRow(601, a, startMs + 30_000, 77);
      const waiting = readingRow(602, a, startMs + 5000 * minute, 0.5);
      for (const row of [...readings, late, waiting]) first.store.noteTaken(row);
      expect(first.store.contains(a, waiting.tMs, 0.5)).toBe(true);
      await commitBatch(first.store, { ...emptyBatch, readings: [...readings, late] });
      const check = async (store: Store) => {
        for (const { series, tMs, y } of [...readings, late]) expect(await has(store, series, tMs, y)).toBe(true);
        for (const [series, tMs, y] of [
          [a, startMs + 30_000, 0],
          [a, startMs, 0.1],
          [b, startMs, 0],
          [a, startMs + 90_000, 77],
        ]) {
          expect(await has(store, series, tMs, y)).toBe(false);
        }
      };
      await check(first.store);
      const { store } = await again(first, 'a', 'b');
      await check(store);
      expect(await has(store, a, waiting.tMs, 0.5)).toBe(false);
    });

    it('is found under its packet id until that id is free again', async () => {
      const { store, ids } = await start('a');
      const rows = [1, 2, 3].map((n) => readingRow(n, ids[0], startMs + n, n, n === 3 ? 8 : 7));
      for (const row of rows) store.noteTaken(row);
      expect(store.takenByPacket(7)).toEqual(rows.slice(0, 2));
      store.forgetPacket(7);
      expect([store.takenByPacket(7), store.takenByPacket(8)]).toEqual([[], [rows[2]]]);
      store.forgetPacket(undefined);
      expect(store.takenByPacket(8)).toEqual([]);
    });
  });

  describe('a commit', () => {
    it('leaves the rows of its batch with the caller, who may use them again', async () => {
      const { store, ids } = await start('a');
      const row = forecastRow(1, ids[0], 0, startMs, 5);
      const state = Uint8Array.of(5, 6);
      store.stage({ ...emptyBatch, forecasts: [row], snapshots: [{ ...snapshot(ids[0], 1, []), state }] });
      row.values.fill(99);
      state.fill(99);
      await store.commit();
      expect([...row.values, ...state].every((value) => value === 99)).toBe(true);
      expect(await harness.view('SELECT q10, q50, q90 FROM forecasts WHERE horizon = 1')).toEqual([
        { q10: 4.1, q50: 5.1, q90: 6.1 },
      ]);
    });

    it('ends after those before it, however many are under way', async () => {
      const { store, ids } = await start('a');
      const order: number[] = [];
      await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          commitBatch(store, { ...emptyBatch, readings: [readingRow(i + 1, ids[0], startMs + i, i)] }).then(() =>
            order.push(i),
          ),
        ),
      );
      expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
      expect((await store.recent(ids[0], 30, 1e9)).map(({ y }) => y)).toEqual(order);
    });

    it('holds all turns that were staged before it, and none after', async () => {
      const { store, ids } = await start('a');
      for (const n of [1, 2]) store.stage({ ...emptyBatch, readings: [readingRow(n, ids[0], startMs + n, n)] });
      const done = store.commit();
      store.stage({ ...emptyBatch, readings: [readingRow(3, ids[0], startMs + 3, 3)] });
      await done;
      expect(store.stats()).toMatchObject({ readings: 2 });
      expect(await store.recent(ids[0], 9, 1e9)).toHaveLength(2);
      await store.commit();
      expect(await store.recent(ids[0], 9, 1e9)).toHaveLength(3);
    });

    it('that no database could hold is refused whole, and the next one is written', async () => {
      const { store, ids } = await start('a');
      const bad: ForecastRow = { ...forecastRow(1, ids[0], 0, startMs, 1), values: new Float64Array(7) };
      const readings = [readingRow(1, ids[0], startMs, 1)];
      await expect(commitBatch(store, { ...emptyBatch, readings, forecasts: [bad] })).rejects.toThrow(
        '7 quantiles at 3 levels',
      );
      expect(await store.recent(ids[0], 9, 1e9)).toEqual([]);
      await commitBatch(store, { ...emptyBatch, readings });
      expect(await store.recent(ids[0], 9, 1e9)).toHaveLength(1);
    });

    it('keeps the newest thousand rejects and ten thousand gaps', async () => {
      const { store } = await start();
      const reject = (i: number) => ({
        ...{
          topic: `t/${i}`,
          reason: 'json_syntax',
          detail: 'a \u0000 in it',
          arrivedMs: startMs + i,
          countedOnly: false,
        },
        payload: Uint8Array.of(1, 2, 3),
      });
      const gap = (i: number) => ({ seriesId: 'a', fromMs: i, toMs: i + 1, missing: 1, reason: 'silent' as const });
      for (let i = 0; i < 3; i++) {
        await commitBatch(store, {
          ...emptyBatch,
          rejects: Array.from({ length: 700 }, (_, j) => reject(i * 700 + j)),
          gaps: Array.from({ length: 7000 }, (_, j) => gap(i * 7000 + j)),
        });
      }
      expect(
        await harness.view('SELECT count(*) AS n, max(time) AS t, max(length(payload)) AS bytes FROM quarantine'),
      ).toEqual([{ n: 1000, t: startMs + 2099, bytes: 3 }]);
      expect(await harness.view('SELECT count(*) AS n, max(first_time) AS t FROM gap')).toEqual([
        { n: 10_000, t: 20_999 },
      ]);
    });
  });

  describe('the views of the contract', () => {
    it('tell of a series what is known of it', async () => {
      const { store, ids } = await start('a', 'b');
      const [a] = ids;
      const readings = [
        readingRow(1, a, startMs, 1),
        readingRow(2, a, startMs + 2 * minute, 2.5),
        readingRow(3, a, startMs + minute, 7), // late
      ];
      await commitBatch(store, {
        ...emptyBatch,
        readings: readings.slice(0, 1),
        summaries: [{ series: a, stepMs: 1, season: 1, model: 'old@1' }],
      });
      await commitBatch(store, {
        ...emptyBatch,
        readings: readings.slice(1),
        summaries: [{ series: a, stepMs: minute, season: 24, model: modelName }],
      });
      const columns = 'series, cadence, season, model, readings, first_time, last_time, last_value';
      expect(await harness.view(`SELECT ${columns} FROM series ORDER BY series`)).toEqual([
        {
          ...{ series: 'a', cadence: 0, season: 24, model: modelName, readings: 3 },
          ...{ first_time: startMs, last_time: startMs + 2 * minute, last_value: 2.5 },
        },
        {
          ...{ series: 'b', cadence: 0, season: null, model: null, readings: 0 },
          ...{ first_time: null, last_time: null, last_value: null },
        },
      ]);
      expect(await harness.view('SELECT * FROM readings ORDER BY time')).toEqual(
        [readings[0], readings[2], readings[1]].map(({ tMs, y }) => ({ series: 'a', time: tMs, value: y })),
      );
    });

    it('tell of a forecast its quantiles, to the last bit, and what came true', async () => {
      const { store, ids } = await start('a');
      const forecasts = [0, 1, 2, 4].map((tick) =>
        forecastRow(tick + 1, ids[0], tick, startMs + tick * minute, 0.1 + tick),
      );
      await commitBatch(store, { ...emptyBatch, forecasts: forecasts.slice(0, 2) });
      await commitBatch(store, { ...emptyBatch, forecasts: forecasts.slice(2) });
      const rows = await harness.view('SELECT * FROM forecasts ORDER BY time, horizon');
      const came = new Map(forecasts.map(({ tick, y }) => [tick, y]));
      expect(rows).toEqual(
        forecasts.flatMap(({ tick, tMs, issuedMs, values }) =>
          [1, 2, 3].map((h) => ({
            ...{
              series: 'a',
              time: tMs,
              issued: issuedMs,
              model: modelName,
              horizon: h,
              target_time: tMs + h * minute,
            },
            ...{ q10: values[3 * h - 3], q50: values[3 * h - 2], q90: values[3 * h - 1] },
            actual: came.get(tick + h) ?? null,
          })),
        ),
      );
    });

    it.each([
      ['that lie far apart', [-1e6, 0.25, 1e6]],
      ['of many digits', [1 / 3, 2 / 3, Math.PI]],
      ['that are very large', [1e300, 2e300, 3e300]],
      ['that are all the same', [0, 0, 0]],
    ])('give back quantiles %s', async (_, values) => {
      const { store, ids } = await start('a');
      const row = { ...forecastRow(1, ids[0], 0, startMs, 1, 1), values: Float64Array.from(values), decimals: 2 };
      await commitBatch(store, { ...emptyBatch, forecasts: [row] });
      expect(await harness.view('SELECT q10, q50, q90 FROM forecasts')).toEqual([
        { q10: values[0], q50: values[1], q90: values[2] },
      ]);
    });

    it('tell what each expert weighed in a forecast', async () => {
      const { store, ids } = await start('a');
      const steps = weighedSteps(3);
      const weights = Float64Array.from({ length: steps.length * weighedNames.length }, (_, i) => i / 100);
      await commitBatch(store, { ...emptyBatch, forecasts: [{ ...forecastRow(1, ids[0], 0, startMs, 1), weights }] });
      expect(await harness.view('SELECT * FROM weights ORDER BY weight')).toEqual(
        steps.flatMap((horizon, s) =>
          weighedNames.map((expert, e) => ({
            ...{ series: 'a', time: startMs, issued: startMs + 12, model: modelName, horizon, expert },
            weight: (s * weighedNames.length + e) / 100,
          })),
        ),
      );
    });

    it('have no quantile at a level that is not forecast', async () => {
      const { store, ids } = await start('a');
      const row = { ...forecastRow(1, ids[0], 0, startMs, 1, 1), levels: [0.05, 0.5], values: Float64Array.of(1, 2) };
      await commitBatch(store, {
        ...emptyBatch,
        forecasts: [row, { ...row, id: 2, tick: 1, levels, values: Float64Array.of(1, 2, 3) }],
      });
      expect(await harness.view('SELECT q10, q50, q90 FROM forecasts ORDER BY q50, q10 DESC')).toHaveLength(2);
      expect(await harness.view('SELECT q50, q90 FROM forecasts WHERE q10 IS NULL')).toEqual([{ q50: 2, q90: null }]);
    });
  });

  describe('models', () => {
    const shipped: ModelVersion = {
      ...{ name: 'gru-base', version: 1, sha256: 'aa', state: 'active', origin: 'file' },
      ...{ createdMs: startMs, parent: undefined },
    };
    const tuned: ModelVersion = {
      ...{ name: 'gru-base', version: 2, sha256: 'bb', state: 'candidate', origin: 'tuned' },
      ...{ createdMs: startMs + 1, parent: 'gru-base@1' },
    };
    const decision: Decision = {
      ...{ timeMs: startMs, kind: 'probation', model: 'gru-base@2', series: 'a', verdict: 'rolled-back' },
      ...{ reason: 'the one before erred less', figures: { ticks: 256 }, durationMs: 0 },
    };

    it('that are written are rows of the view, each in its last state, and are known after a start', async () => {
      const first = await start();
      first.store.ledger.write({ versions: [shipped] });
      first.store.ledger.write({ versions: [{ ...shipped, state: 'retired' }, tuned] });
      await commitBatch(first.store, emptyBatch);
      expect(await harness.view('SELECT * FROM models ORDER BY version')).toEqual([
        {
          ...{ name: 'gru-base', version: 1, sha256: 'aa', state: 'retired', origin: 'file' },
          ...{ created: startMs, parent: null },
        },
        {
          ...{ name: 'gru-base', version: 2, sha256: 'bb', state: 'candidate', origin: 'tuned' },
          ...{ created: startMs + 1, parent: 'gru-base@1' },
        },
      ]);
      const { store } = await again(first);
      expect(store.ledger.versions()).toEqual([{ ...shipped, state: 'retired' }, tuned]);
    });

    it('are decided about in the transaction of a commit, and on their own', async () => {
      const { store } = await start();
      store.ledger.write({ decisions: [{ ...decision, series: undefined }] });
      await commitBatch(store, { ...emptyBatch, decisions: [decision] });
      expect(await harness.view('SELECT series, verdict FROM decisions')).toEqual(
        [null, 'a'].map((series) => ({ series, verdict: 'rolled-back' })),
      );
    });

    it('are kept as long as a stored state belongs to them', async () => {
      const first = await start('a', 'b');
      const [a, b] = first.ids;
      const snapshots = [
        { ...snapshot(a, 1, [1]), model: 'aa' },
        { ...snapshot(b, 2, [1]), model: 'bb cc' },
      ];
      await commitBatch(first.store, { ...emptyBatch, snapshots });
      expect(first.store.ledger.hashesInUse()).toEqual(new Set(['aa', 'bb', 'cc']));
      const { store } = await again(first);
      expect(store.ledger.hashesInUse()).toEqual(new Set(['aa', 'bb', 'cc']));
    });
  });
}
