import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedTicks } from '../../../src/daemon/storedTicks.js';
import { openPostgresStore } from '../../../src/postgres/postgresStore.js';
import type { SeriesSettings } from '../../../src/series/types.js';
import { tentMap } from '../../integration/learning/support.js';
import { commitBatch } from '../../support/commitBatch.js';
import { eventSettings } from '../../support/settings.js';
import { emptyBatch, minute, readingRow, StoreFixture, startMs } from '../../support/storeFixture.js';
import { brokerConfig } from '../crash/support/campaign.js';
import { type Daemon, startDaemon } from '../crash/support/daemon.js';
import { eventually } from '../crash/support/eventually.js';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';

const patientMs = 300_000; // a fine-tune on a busy machine: it yields to everything else
const minReadings = 900;
const lockClass = 0x4d4f_444c;
const workers = [0, 1] as const;

let database: PostgresServer;
beforeAll(async () => {
  database = await startPostgres(['fsync = off']);
}, 120_000);
afterAll(() => database?.stop());

const query = async <T>(sql: string, values: unknown[] = []): Promise<T[]> => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
};

describe('what a fine-tune reads from PostgreSQL', () => {
  it('is what it reads of the same readings in a file, to the bit, what was known of other series with it', async () => {
    const covariates = [{ name: 'cause', series: 'cause', known: 'past' as const }];
    const settings: SeriesSettings = { ...eventSettings, covariates };
    const named = [
      { seriesId: 'effect', settings },
      { seriesId: 'cause', settings: eventSettings },
    ];
    const values = tentMap(400);
    const readings = values.flatMap((y, n) => [
      readingRow(2 * n + 1, 2, startMs + n * minute, y / 3),
      readingRow(2 * n + 2, 1, startMs + (n + (n > 200 ? 40 : 0)) * minute + (n % 7) * 1000, y),
    ]);
    const fixture = new StoreFixture();
    try {
      const file = await fixture.open();
      await commitBatch(file, { ...emptyBatch, series: named.map((one, i) => ({ ...one, id: i + 1 })), readings });
      const url = await database.database('ticks');
      const shared = await openPostgresStore({ url });
      const { series } = await shared.acquire(named);
      const ids = named.map(({ seriesId }) => series.find((one) => one.seriesId === seriesId)!.id);
      await commitBatch(shared, {
        ...emptyBatch,
        readings: readings.map((row) => ({ ...row, series: ids[row.series - 1]! })),
      });
      await shared.close();
      for (const most of [1000, 150]) {
        const ofFile = await storedTicks(fixture.path, ['effect', 'cause'], most);
        expect(ofFile[0]!.ticks.length).toBeGreaterThanOrEqual(Math.min(most, values.length) - 1);
        expect(await storedTicks(url, ['effect', 'cause'], most)).toEqual(ofFile);
      }
      await expect(storedTicks(url, ['nobody'], 10)).rejects.toMatchObject({ code: 'SERIES_UNKNOWN' });
    } finally {
      await fixture.clean();
    }
  });
});

interface Gate {
  readonly node: string;
  readonly verdict: string;
  readonly model: string;
}

describe('two workers that learn, on one database', () => {
  const daemons: Daemon[] = [];
  const sent = new Map<string, number>();
  const gates: Gate[] = [];
  const values = tentMap(100_000);
  let dir: string;
  let broker: Mosquitto;
  let client: MqttClient;
  const nodeOf = (worker: number): string => `worker-${worker}`;

  const start = async (worker: number): Promise<void> => {
    const url = new URL(database.url);
    url.username = `w${worker}`;
    daemons[worker] = startDaemon({
      dir: join(dir, nodeOf(worker)),
      config: {
        ...{ node: nodeOf(worker), broker: { url: broker.url }, http: { listen: 'off' }, log: { format: 'json' } },
        store: { url: url.href },
        streams: [{ topic: `plant/${worker}/#`, value: 'y', time: 'at', model: 'gru-base', horizon: 4 }],
        learn: { enabled: true, scope: 'shared', every: '60s', minReadings, maxCpu: 1, probation: 32 },
      },
    });
    await daemons[worker].connected(patientMs);
  };
  const send = async (worker: number, series: string, count: number): Promise<void> => {
    const topic = `plant/${worker}/${series}`;
    const begun = sent.get(topic) ?? 0;
    sent.set(topic, begun + count);
    const readings = Array.from({ length: count }, (_, i) => begun + i);
    const offset = 1000 * (1 + [...sent.keys()].indexOf(topic));
    await Promise.all(
      readings.map((n) => {
        const reading = { y: values[(offset + n) % values.length], at: startMs + n * minute };
        return client.publishAsync(topic, JSON.stringify(reading), { qos: 1 });
      }),
    );
  };
  /** Which worker has the lock of the model that all share. */
  const holder = async (): Promise<number | undefined> => {
    const rows = await query<{ who: string }>(
      `SELECT a.usename AS who FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted
       AND l.classid::int8 = $1 AND l.objid::int8 = hashtext('tune:gru-base')::int8 & 4294967295`,
      [lockClass],
    );
    expect(rows.length).toBeLessThanOrEqual(1);
    return rows[0] && Number(rows[0].who.slice(1));
  };
  const versionsOf = async (worker: number): Promise<number[]> => {
    const rows = await query<{ model: string | null }>('SELECT model FROM series WHERE series LIKE $1', [
      `plant/${worker}/%`,
    ]);
    return rows.map(({ model }) => Number(model?.split('@')[1] ?? 0));
  };
  const told = (): string => `${JSON.stringify(gates)}\n${daemons.map((daemon) => daemon.log()).join('\n')}`;
  /** With a reading for each of these series whenever it is asked: a turn in which a model may take over, and in time another fine-tune. */
  const goOnUntil = (what: string, of: readonly [number, string][], done: () => Promise<boolean>): Promise<void> =>
    eventually(
      what,
      async () => {
        for (const [worker, series] of of) await send(worker, series, 1);
        return done();
      },
      patientMs,
    ).catch((error) => {
      throw new Error(`${error.message}\n${told()}`);
    });

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'stepcast-fleet-learning-'));
    for (const worker of workers) await query(`CREATE ROLE w${worker} SUPERUSER LOGIN`);
    broker = await startMosquitto({ persistence: true, config: brokerConfig });
    client = await mqtt.connectAsync(broker.url);
    client.on('message', (topic, payload) => {
      const { kind, verdict, model } = JSON.parse(payload.toString());
      if (kind !== 'gate') return;
      gates.push({ node: topic.split('/')[1]!, verdict, model });
    });
    await client.subscribeAsync('stepcast/+/learn/#', { qos: 1 });
    for (const worker of workers) await start(worker);
  }, 300_000);
  afterAll(async () => {
    await client?.endAsync(true);
    for (const daemon of daemons) if (daemon.running) await daemon.stop();
    await broker?.stop();
    rmSync(dir, { recursive: true, force: true });
  }, 120_000);

  it('leave a model to one of them at a time; when it is killed the other goes on, and both use what comes of it', async () => {
    for (const worker of workers) for (const series of ['a', 'b']) await send(worker, series, minReadings);
    let killed: number | undefined;
    await eventually('one learns', async () => (killed = await holder()) !== undefined, patientMs);
    await daemons[killed!]!.kill();
    const left = 1 - killed!;
    const hasDecided = (worker: number): boolean => gates.some(({ node }) => node === nodeOf(worker));
    await eventually('the other learns', async () => hasDecided(left) || (await holder()) === left, patientMs);
    const ofLeft = ['a', 'b'].map((series): [number, string] => [left, series]);
    await goOnUntil('its series go over', ofLeft, async () => {
      const versions = await versionsOf(left);
      return hasDecided(left) && versions.every((version) => version > 1);
    });

    await start(killed!);
    await send(left, 'c', minReadings);
    const ofBoth = [
      ...['a', 'b'].map((series): [number, string] => [killed!, series]),
      [left, 'c'] as [number, string],
    ];
    await goOnUntil('its own series go over too, and it learns', ofBoth, async () => {
      const versions = await versionsOf(killed!);
      return hasDecided(killed!) && versions.every((version) => version > 1);
    });
    let stored: { time: number; duration: number; model: string }[] = [];
    await eventually('what was told is stored', async () => {
      stored = await query(`SELECT time, duration, model FROM decisions WHERE kind = 'gate' ORDER BY time`);
      return stored.length >= gates.length;
    });
    expect(new Set(stored.map(({ model }) => model)).size).toBe(stored.length);
    for (const [i, { time }] of stored.slice(0, -1).entries()) {
      const next = stored[i + 1]!;
      expect(time).toBeLessThanOrEqual(next.time - next.duration);
    }
  }, 1_200_000);
});
