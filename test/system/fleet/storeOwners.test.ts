import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StepcastError } from '../../../src/errors.js';
import type { StoredState } from '../../../src/pipeline/ports.js';
import { openPostgresReader } from '../../../src/postgres/postgresReader.js';
import {
  openPostgresStore,
  type PostgresStore,
  type PostgresStoreOptions,
} from '../../../src/postgres/postgresStore.js';
import type { SeriesSettings } from '../../../src/series/types.js';
import { commitBatch } from '../../support/commitBatch.js';
import { eventSettings } from '../../support/settings.js';
import { emptyBatch, forecastRow, minute, readingRow, replayed, startMs, until } from '../../support/storeFixture.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { type Relay, startRelay } from '../support/relay.js';

const dayMs = 86_400_000;

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres(['fsync = off']); // kills, but no power cuts
});
afterAll(() => server?.stop());

let url: string;
let databases = 0;
const opened: PostgresStore[] = [];
beforeEach(async () => {
  url = await server.database(`owners_${++databases}`);
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

async function open(options: Partial<PostgresStoreOptions> = {}): Promise<PostgresStore> {
  const store = await openPostgresStore({ url, ...options });
  opened.push(store);
  return store;
}

const acquire = (store: PostgresStore, ...names: string[]): Promise<StoredState> =>
  store.acquire(names.map((seriesId) => ({ seriesId, settings: eventSettings as SeriesSettings })));

const one = (n: number, series: number) => ({ ...emptyBatch, readings: [readingRow(n, series, startMs + n, n)] });

async function rows<T>(sql: string): Promise<readonly T[]> {
  const reader = await openPostgresReader(url);
  try {
    return await reader.read((moment) => moment.rows<T>(sql));
  } finally {
    await reader.close();
  }
}

const readings = async (): Promise<unknown[]> =>
  (await rows<{ series: string; value: number }>('SELECT * FROM readings ORDER BY series, value')).map(
    ({ series, value }) => `${series} ${value}`,
  );

describe('a series that another worker has acquired', () => {
  it('takes nothing more of the first: its commit fails as a whole', async () => {
    const [first, second] = [await open(), await open()];
    await acquire(first, 'a', 'b');
    await commitBatch(first, one(1, 1));
    await acquire(second, 'a');
    first.stage(one(2, 2));
    first.stage(one(3, 1));
    await expect(first.commit()).rejects.toMatchObject({ code: 'STORE_FENCED' });
    expect(await readings()).toEqual(['a 1']);
    await commitBatch(second, one(2, 1));
    expect(await readings()).toEqual(['a 1', 'a 2']);
  });

  it('is left out of the commits of the first once that knows, and the rest is written', async () => {
    const [first, second] = [await open(), await open()];
    await acquire(first, 'a', 'b');
    first.stage(one(1, 1));
    first.release([1], true);
    first.stage(one(2, 1));
    first.stage(one(3, 2));
    await acquire(second, 'a');
    await first.commit();
    expect(await readings()).toEqual(['b 3']);
  });

  it('is left out of a commit that was on its way when the first heard of it', async () => {
    const relay = await relayTo(server.port);
    const first = await open({ url: relay.url });
    const second = await open();
    await acquire(first, 'a', 'b');
    relay.hold();
    first.stage(one(1, 1));
    first.stage(one(2, 2));
    const committed = first.commit();
    await acquire(second, 'a');
    first.release([1], true);
    relay.cut();
    await committed;
    expect(await readings()).toEqual(['b 2']);
    await relay.close();
  });

  it('stays with its owner when the first acquires it late, by a right that it has no more', async () => {
    const [first, second] = [await open(), await open()];
    await acquire(second, 'a');
    const named = ['a', 'new'].map((seriesId) => ({ seriesId, settings: eventSettings as SeriesSettings }));
    expect(await first.acquire(named, async () => false)).toBeUndefined();
    await commitBatch(second, one(1, 1));
    expect(await readings()).toEqual(['a 1']);
    expect(await rows('SELECT name FROM series_def')).toEqual([{ name: 'a' }]);
  });

  it('is had by whoever gets the right while another makes sure of its own', async () => {
    const [first, second] = [await open(), await open()];
    await acquire(first, 'a');
    await first.release([1], false);
    const named = [{ seriesId: 'a', settings: eventSettings as SeriesSettings }];
    let overtaking: Promise<unknown> = Promise.resolve();
    const isRightful = async (): Promise<boolean> => {
      overtaking = acquire(second, 'a');
      return true;
    };
    expect((await first.acquire(named, isRightful))?.series).toHaveLength(1);
    await overtaking;
    await commitBatch(second, one(1, 1));
    first.stage(one(2, 1));
    await expect(first.commit()).rejects.toMatchObject({ code: 'STORE_FENCED' });
    expect(await readings()).toEqual(['a 1']);
  });

  it('is had again by the first under a new epoch, without what it had staged before', async () => {
    const store = await open();
    await acquire(store, 'a');
    store.stage(one(1, 1));
    store.release([1], true);
    const state = await acquire(store, 'a');
    expect(state.lastLogId).toBe(0);
    store.stage(one(2, 1));
    await store.commit();
    expect(await readings()).toEqual(['a 2']);
  });

  it('has every reading that the first was told is committed, and none that comes later', async () => {
    const stores = [await open(), await open()];
    const told: number[] = [];
    let n = 0;
    for (let round = 0; round < 20; round++) {
      const [from, to] = round % 2 === 0 ? stores : [...stores].reverse();
      const state = await acquire(from, 'a');
      const known = (await replayed(from, state)).map(({ y }) => y);
      expect(told.filter((y) => !known.includes(y))).toEqual([]);
      n = Math.max(n, state.lastLogId);
      const underway = Array.from({ length: 5 }, () => {
        const place = ++n;
        return commitBatch(from, one(place, 1)).then(
          () => void told.push(place),
          () => {},
        );
      });
      await Promise.race(underway);
      const seen = await acquire(to, 'a');
      const found = (await replayed(to, seen)).length;
      await Promise.all(underway);
      expect(await rows('SELECT 1 FROM readings')).toHaveLength(found);
      for (const store of stores) store.release([1], true);
    }
    expect(told.length).toBeGreaterThanOrEqual(20);
  });

  it('comes with all that look at it, and all that it looks at', async () => {
    const store = await open();
    const looking = (...series: string[]): SeriesSettings => ({
      ...eventSettings,
      covariates: series.map((name) => ({ name, series: name, known: 'past' })),
    });
    await store.acquire([
      { seriesId: 'sun', settings: eventSettings },
      { seriesId: 'roof', settings: looking('sun') },
      { seriesId: 'cellar', settings: looking('roof', 'nobody') },
      { seriesId: 'garden', settings: eventSettings },
    ]);
    const names = async (name: string) => (await acquire(await open(), name)).series.map(({ seriesId }) => seriesId);
    expect(await names('sun')).toEqual(['sun', 'roof', 'cellar']);
    expect(await names('cellar')).toEqual(['sun', 'roof', 'cellar']);
    expect(await names('garden')).toEqual(['garden']);
  });
});

describe('a server that goes away', () => {
  it('holds commits up until it is back; then each is written once, in order', async () => {
    const problems: (string | undefined)[] = [];
    const store = await open({ onProblem: (problem) => problems.push(problem?.code) });
    await acquire(store, 'a');
    await commitBatch(store, one(1, 1));
    await server.shutDown();
    const order: number[] = [];
    const commits = [2, 3, 4].map((n) => commitBatch(store, one(n, 1)).then(() => order.push(n)));
    await until(() => problems.length > 0);
    expect(order).toEqual([]);
    await server.start();
    await Promise.all(commits);
    expect(order).toEqual([2, 3, 4]);
    expect(problems).toEqual(['STORE_UNREACHABLE', undefined]);
    expect(await readings()).toEqual(['a 1', 'a 2', 'a 3', 'a 4']);
  });

  it('lets a series be acquired, and its log be read, when it is back', async () => {
    const store = await open();
    await acquire(store, 'a');
    await commitBatch(store, one(1, 1));
    await server.kill();
    const acquired = acquire(store, 'b');
    const recent = store.recent(1, 5, 1e9);
    await server.start();
    expect((await acquired).series.map(({ seriesId }) => seriesId)).toEqual(['b']);
    expect((await recent).map(({ y }) => y)).toEqual([1]);
  });

  it('does not keep a store from being closed: what waits for it is refused', async () => {
    const problems: unknown[] = [];
    const store = await open({ onProblem: (problem) => problems.push(problem) });
    await acquire(store, 'a');
    await server.shutDown();
    const commit = commitBatch(store, one(1, 1));
    const refused = expect(commit).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    await until(() => problems.length > 0);
    await store.close();
    await refused;
    await server.start();
  });

  it('is given up when it is silent, as one is that lost its power: what it was sent goes by another connection', async () => {
    const relay = await relayTo(server.port);
    const problems: (string | undefined)[] = [];
    const store = await open({ url: relay.url, answerMs: 3000, onProblem: (problem) => problems.push(problem?.code) });
    await acquire(store, 'a');
    relay.hold();
    const committed = commitBatch(store, one(1, 1));
    await until(() => problems.length > 0);
    relay.carry();
    await committed;
    expect(await readings()).toEqual(['a 1']);
    expect(problems).toEqual(['STORE_UNREACHABLE', undefined]);
    await relay.close();
  });

  it('writes a commit once though its answer is lost, wherever the connection breaks', async () => {
    const relay = await relayTo(server.port);
    const store = await open({ url: relay.url });
    await acquire(store, 'a');
    await commitBatch(store, one(1, 1)); // the connection stands
    let answers = 0;
    for (let breaksAt = 1; ; breaksAt++) {
      answers = relay.breakAfter(breaksAt);
      await commitBatch(store, {
        ...one(breaksAt + 1, 1),
        forecasts: [forecastRow(breaksAt + 1, 1, breaksAt, startMs, 1)],
      });
      if (!relay.isBroken()) break;
    }
    expect(answers).toBeGreaterThan(4);
    const found = await rows<{ id: number }>('SELECT id::float8 AS id FROM reading ORDER BY id');
    expect(found.map(({ id }) => id)).toEqual(Array.from({ length: answers + 1 }, (_, i) => i + 1));
    expect(await rows('SELECT 1 FROM forecast')).toHaveLength(answers);
    await relay.close();
  });
});

describe('days that are over', () => {
  it('are dropped whole when they have been kept as long as is asked, and series count what is left', async () => {
    let nowMs = startMs;
    const store = await open({ nowMs: () => nowMs, retention: { readingsMs: 3 * dayMs, forecastsMs: dayMs } });
    await acquire(store, 'a', 'b');
    for (let day = 0; day < 6; day++) {
      nowMs = startMs + day * dayMs;
      const id = 2 * day + 1;
      await commitBatch(store, {
        ...emptyBatch,
        readings: [readingRow(id, 1, nowMs, day), ...(day < 2 ? [readingRow(id + 1, 2, nowMs, day)] : [])],
        forecasts: [forecastRow(id, 1, day, nowMs, day)],
      });
    }
    const dropped = await store.prune();
    expect(dropped).toEqual([
      'forecast_20260105',
      'forecast_20260106',
      'forecast_20260107',
      'forecast_20260108',
      'reading_20260105',
      'reading_20260106',
    ]);
    expect(await readings()).toEqual(['a 2', 'a 3', 'a 4', 'a 5']);
    const columns = 'readings::int AS readings, first_time, last_time, last_value';
    expect(await rows(`SELECT ${columns} FROM series ORDER BY series`)).toEqual([
      { readings: 4, first_time: startMs + 2 * dayMs, last_time: nowMs, last_value: 5 },
      { readings: 0, first_time: null, last_time: null, last_value: null },
    ]);
    expect(await rows('SELECT DISTINCT time FROM forecasts ORDER BY time')).toHaveLength(2);
    expect(await store.prune()).toEqual([]);
    await commitBatch(store, one(20, 1));
  });

  it('stay while somebody reads them, and go the next time', async () => {
    let nowMs = startMs;
    const store = await open({ nowMs: () => nowMs, retention: { readingsMs: dayMs } });
    await acquire(store, 'a');
    await commitBatch(store, one(1, 1));
    nowMs += 9 * dayMs;
    const reader = await openPostgresReader(url);
    await reader.read(async (moment) => {
      await moment.rows('SELECT * FROM readings');
      await expect(store.prune()).rejects.toMatchObject({ code: 'STORE_IO' });
      await commitBatch(store, one(2, 1)); // nobody waits for it
    });
    await reader.close();
    expect(await store.prune()).toEqual(['reading_20260105', 'reading_20260106']);
  });
});

describe('a database', () => {
  it('is made ready once though many workers open it at the same time', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => open()));
    await acquire(stores[3], 'a');
    await commitBatch(stores[3], one(1, 1));
    expect(await rows('SELECT version FROM stepcast_version')).toEqual([{ version: 2 }]);
    expect(await readings()).toEqual(['a 1']);
  });

  it('of a newer version is left alone', async () => {
    await (await open()).close();
    const client = new pg.Client(url);
    await client.connect();
    await client.query('UPDATE stepcast_version SET version = 99');
    await client.end();
    await expect(open()).rejects.toMatchObject({ code: 'STORE_NEWER' });
    await expect(openPostgresReader(url)).rejects.toMatchObject({ code: 'STORE_NEWER' });
  });

  it.each([
    ['that nothing was stored in', (base: string) => base, 'STORE_MISSING'],
    ['that is not there', (base: string) => `${base}_not`, 'STORE_REFUSED'],
    ['of a server that does not run', () => 'postgres://stepcast:secret@127.0.0.1:1/stepcast', 'STORE_UNREACHABLE'],
  ])('%s is refused by name', async (_, urlOf, code) => {
    const error: StepcastError = await openPostgresReader(urlOf(url)).catch((refusal) => refusal);
    expect(error.code).toBe(code);
    expect(error.line).not.toContain('secret');
    expect(error.hint).toBeTruthy();
  });

  it('that is read cannot be written', async () => {
    await open();
    const reader = await openPostgresReader(url);
    await expect(reader.read((moment) => moment.rows('DELETE FROM reading'))).rejects.toThrow('25006');
    await reader.close();
  });

  it('keeps what comes late, and knows it when it comes again', async () => {
    const store = await open();
    await acquire(store, 'a');
    const late = [3, 1, 2].map((n, i) => readingRow(i + 1, 1, startMs + n * minute, n));
    await commitBatch(store, { ...emptyBatch, readings: late });
    const again = await open();
    await acquire(again, 'a');
    expect(late.every(({ tMs, y }) => again.contains(1, tMs, y))).toBe(true);
  });
});

interface CuttingRelay extends Relay {
  readonly url: string;
  /** What is sent goes nowhere from now on. */
  hold(): void;
  carry(): void;
  /** Ends the connections; those that come then are carried. */
  cut(): void;
  /** Ends the connection in place of the `count`th answer from now on. Returns `count`. */
  breakAfter(count: number): number;
  isBroken(): boolean;
}

async function relayTo(port: number): Promise<CuttingRelay> {
  let held = false;
  let left = Number.POSITIVE_INFINITY;
  const relay = await startRelay(port, ({ near, far }) => {
    near.on('data', (bytes) => {
      if (!held) far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (--left === 0) far.destroy();
      else near.write(bytes);
    });
  });
  return {
    ...relay,
    url: url.replace(`:${port}/`, `:${relay.port}/`),
    hold: () => {
      held = true;
    },
    carry: () => {
      held = false;
    },
    cut: () => {
      held = false;
      relay.reset();
    },
    breakAfter: (count) => (left = count),
    isBroken: () => left <= 0,
  };
}
