import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import amqp from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../crash/support/eventually.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { type RabbitCluster, startRabbit } from '../support/rabbitmq.js';
import { type Devices, startDevices } from './support/devices.js';
import { type StoredSeries, storedFleet, storedReadings } from './support/storedFleet.js';
import { SupervisedWorker } from './support/supervisedWorker.js';

interface Size {
  series: number;
  perSecond: number;
  seconds: number;
  workerKills: number;
  databaseRestarts: number;
  partitions: number;
}

const short: Size = { series: 200, perSecond: 600, seconds: 16, workerKills: 2, databaseRestarts: 1, partitions: 8 };
const full: Size = {
  series: 2000,
  perSecond: 5000,
  seconds: 120,
  workerKills: 10,
  databaseRestarts: 2,
  partitions: 32,
};
const size = process.env.STEPCAST_FLEET === 'full' ? full : short;
const readings = Math.ceil((size.perSecond * size.seconds) / size.series); // of each series
const workers = 4;
const patienceMs = 1_200_000;

describe('a fleet of four workers on three nodes of RabbitMQ and PostgreSQL', () => {
  let cluster: RabbitCluster;
  let database: PostgresServer;
  let dir: string;
  const running: SupervisedWorker[] = [];
  let devices: Devices | undefined;
  let stored: Map<string, StoredSeries>;

  const start = (group: string, url: string, worker: number, of: number): SupervisedWorker => {
    const [host] = cluster.nodes[worker % 2 === 0 ? 0 : 2]!.mqtt.split('@').slice(-1);
    const one = new SupervisedWorker(join(dir, `${group}-${worker}`), {
      node: group,
      source: {
        url: cluster.nodes.map((_, i) => cluster.nodes[(i + worker) % cluster.nodes.length]!.amqp),
        ...{ partitions: size.partitions, worker, workers: of, standby: '1s' },
      },
      broker: { url: `mqtt://guest:guest@${host}` },
      store: { url },
      streams: [{ topic: 'sensors/#', value: 'value', time: 'time' }],
      http: { listen: 'off' },
      log: { format: 'json' },
    });
    running.push(one);
    return one;
  };
  const publish = async (perSecond: number, meanwhile: () => Promise<void>): Promise<void> => {
    devices = startDevices({ ...size, urls: cluster.nodes.map(({ mqtt }) => mqtt), perSecond, readings });
    await Promise.all([devices.done, meanwhile()]);
    await devices.end();
    devices = undefined;
  };
  const drained = (url: string): Promise<void> =>
    eventually(
      'all readings are stored',
      async () => (await storedReadings(url)) >= size.series * readings,
      patienceMs,
    );

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'stepcast-fleet-'));
    [cluster, database] = await Promise.all([startRabbit({ nodes: 3 }), startPostgres()]);
  }, 600_000);
  afterAll(async () => {
    await devices?.end();
    for (const worker of running) await worker.stop();
    await Promise.all([cluster?.stop(), database?.stop()]);
    rmSync(dir, { recursive: true, force: true });
  });

  it('stores each acknowledged reading once while workers, a broker node and the database are killed', async () => {
    const { url } = database;
    const fleet = Array.from({ length: workers }, (_, worker) => start('fleet', url, worker, workers));
    await Promise.all(fleet.map(({ daemon }) => daemon.connected(120_000)));
    const began = performance.now();
    const expected = size.series * readings;
    const at = (fraction: number): Promise<void> =>
      eventually(
        `${fraction} of the readings are acknowledged`,
        () => (devices?.acknowledged ?? 0) >= fraction * expected,
        patienceMs,
      );
    const killWorkers = async (): Promise<void> => {
      for (let kill = 0; kill < size.workerKills; kill++) {
        await at((kill + 1) / (size.workerKills + 1));
        await fleet[kill % workers]!.kill();
      }
    };
    const killNode = async (): Promise<void> => {
      await at(0.4);
      await cluster.nodes[1]!.kill();
      await at(0.55);
      await cluster.nodes[1]!.start();
    };
    const restartDatabase = async (): Promise<void> => {
      for (let restart = 0; restart < size.databaseRestarts; restart++) {
        await at((restart + 0.75) / (size.databaseRestarts + 0.25));
        await database.kill();
        await database.start();
      }
    };
    await publish(size.perSecond, async () => {
      await Promise.all([killWorkers(), killNode(), restartDatabase()]);
    });
    const publishedMs = performance.now() - began;
    await drained(url);
    const drainedMs = performance.now() - began;
    for (const worker of running.splice(0)) await worker.stop();

    stored = await storedFleet(url);
    const sum = (of: (one: StoredSeries) => number): number =>
      [...stored.values()].reduce((total, one) => total + of(one), 0);
    console.info(
      `${expected} readings acknowledged in ${(publishedMs / 1000).toFixed(1)} s, stored after ${(drainedMs / 1000).toFixed(1)} s; ` +
        `starts of the workers: ${fleet.map(({ starts }) => starts).join(', ')}`,
    );
    expect(stored.size).toBe(size.series);
    expect({ lost: expected - sum(({ times }) => times), twice: sum((one) => one.readings - one.times) }).toEqual({
      lost: 0,
      twice: 0,
    });
    expect(sum(({ forecasts }) => forecasts)).toBe(expected);
    expect(fleet.reduce((total, { starts }) => total + starts, 0)).toBeGreaterThanOrEqual(workers + size.workerKills);
  }, 2_400_000);

  it('forecasts to the bit what one worker alone forecasts', async () => {
    const connection = await amqp.connect(cluster.nodes[0]!.amqp);
    const channel = await connection.createChannel();
    await channel.deleteExchange('stepcast.fleet.readings');
    await connection.close();
    const url = await database.database('alone');
    const alone = start('alone', url, 0, 1);
    await alone.daemon.connected(120_000);
    await publish(0, async () => {});
    await drained(url);
    await alone.stop();
    const reference = await storedFleet(url);
    const differing = [...reference.values()].filter(({ series, digest }) => stored.get(series)?.digest !== digest);
    expect(reference.size).toBe(size.series);
    expect(differing.map(({ series }) => series)).toEqual([]);
  }, 2_400_000);
});
