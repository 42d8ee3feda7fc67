import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeModel, encodeModel } from '../../../src/onnx/codec.js';
import { withMetadata } from '../../../src/onnx/withMetadata.js';
import { cleanup } from '../crash/support/cleanup.js';
import { type Daemon, startDaemon } from '../crash/support/daemon.js';
import { eventually } from '../crash/support/eventually.js';
import { shippedModels } from '../crash/support/installed.js';
import { pushLab } from '../push/support/pushLab.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { type RabbitCluster, startRabbit } from '../support/rabbitmq.js';
import { type Devices, startDevices } from './support/devices.js';

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const series = 12;
const patientMs = 300_000;

describe('two workers on RabbitMQ and PostgreSQL', () => {
  const undo = cleanup();
  const { stepcast, newKey } = pushLab(undo);
  let cluster: RabbitCluster;
  let database: PostgresServer;
  let dir: string;
  let devices: Devices;
  let key: string;
  let trust: string[];
  let [first, second]: string[] = [];
  const workers: Daemon[] = [];
  /** The weights of gru-base in other bytes: no probation says that it errs more. */
  const modelOf = (note: string): string => {
    const path = join(dir, `${note}.onnx`);
    const base = decodeModel(readFileSync(join(shippedModels, 'gru-base.onnx')));
    writeFileSync(path, encodeModel(withMetadata(base, 'note', note)));
    return path;
  };

  const start = async (worker: number): Promise<void> => {
    workers[worker] = startDaemon({
      dir: join(dir, `worker-${worker}`),
      config: {
        node: 'site',
        source: { url: cluster.nodes[0]!.amqp, partitions: 4, worker, workers: 2, standby: '1s' },
        broker: { url: cluster.nodes[0]!.mqtt },
        store: { url: database.url },
        streams: [{ topic: 'sensors/#', value: 'value', time: 'time', model: 'norm' }],
        models: { trust },
        learn: { enabled: false, probation: 32 },
        http: { listen: 'off' },
        log: { format: 'json' },
      },
    });
    await workers[worker].connected(patientMs);
  };
  const rows = async <T>(sql: string): Promise<T[]> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const push = (file: string, version: number, signedBy = key) =>
    stepcast([
      ...['push', file, '--name', 'norm', '--version', String(version), '--key', signedBy, '--node', 'site'],
      ...['--broker', cluster.nodes[0]!.mqtt, '--activate', 'now', '--wait', '5m', '--json'],
    ]);
  /** Until every series of both workers is stepped through this version. */
  const allOn = (label: string): Promise<void> =>
    eventually(
      `all series are on ${label}`,
      async () => {
        const used = await rows<{ model: string; count: number }>(
          'SELECT model, count(*)::int AS count FROM series GROUP BY model',
        );
        return used.length === 1 && used[0].model === label && used[0].count === series;
      },
      patientMs,
    );
  const ownersOf = async (): Promise<number> =>
    (await rows<{ owners: number }>('SELECT count(DISTINCT owner)::int AS owners FROM series_state'))[0].owners;
  const copyAt = (worker: number, hash: string): string =>
    join(dir, `worker-${worker}`, `stepcast-${worker}-models`, `${hash}.onnx`);
  const hearing = (): number[] =>
    [0, 1].filter(
      (k) => workers[k].running && workers[k].told('models that are pushed come to this worker').length > 0,
    );
  const keptFiles = async (): Promise<string[]> =>
    (await rows<{ sha256: string }>("SELECT sha256 FROM model_file WHERE kind = 'onnx'")).map(({ sha256 }) => sha256);

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'stepcast-fleet-models-'));
    [first, second] = [modelOf('first'), modelOf('second')];
    [cluster, database] = await Promise.all([startRabbit(), startPostgres(['fsync = off'])]);
    ({ key, trust } = await newKey(dir));
    await Promise.all([start(0), start(1)]);
    const perSecond = 5 * series;
    devices = startDevices({ urls: [cluster.nodes[0]!.mqtt], series, perSecond, readings: 1_000_000 });
    await eventually('both have series', async () => (await ownersOf()) === 2, patientMs);
  }, 1_200_000);
  afterAll(async () => {
    await devices?.end();
    for (const worker of workers) if (worker?.running) await worker.stop();
    await Promise.all([cluster?.stop(), database?.stop()]);
    rmSync(dir, { recursive: true, force: true });
  }, 120_000);

  it('both use a model that was pushed to the fleet once, from equal files', async () => {
    await eventually('one hears pushes', () => hearing().length === 1);
    const { code, out, err } = await push(first, 1);
    expect(code, err).toBe(0);
    const [answer] = JSON.parse(out).nodes;
    expect(answer).toMatchObject({ node: 'site', state: 'active' });
    await allOn('norm@1');
    expect(await ownersOf()).toBe(2);
    const hash = hashOf(first);
    expect(await keptFiles()).toEqual([hash]);
    for (const worker of [0, 1]) expect(hashOf(copyAt(worker, hash))).toBe(hash);
    expect(await rows('SELECT name, version, sha256, state, origin FROM models WHERE name = $$norm$$')).toEqual([
      { name: 'norm', version: 1, sha256: hash, state: 'active', origin: 'pushed' },
    ]);
    expect(hearing()).toHaveLength(1);
  }, 900_000);

  it('refuse what nobody signed, and nothing of it comes to the database', async () => {
    const stranger = await newKey(dir, 'stranger');
    const { code, out } = await push(second, 2, stranger.key);
    expect(code).toBe(1);
    expect(JSON.parse(out).nodes[0]).toMatchObject({ state: 'rejected' });
    expect(await keptFiles()).toEqual([hashOf(first)]);
  }, 900_000);

  it('go on when the one that hears pushes is killed: its series keep their model, and the other hears pushes', async () => {
    const [killed] = hearing();
    const left = 1 - killed!;
    await workers[killed!].kill();
    await eventually('the other hears pushes', () => hearing().includes(left), patientMs);
    await eventually('the other has all series', async () => (await ownersOf()) === 1, patientMs);
    await allOn('norm@1');
    const { code, out, err } = await push(second, 2);
    expect(code, err).toBe(0);
    expect(JSON.parse(out).nodes[0]).toMatchObject({ state: 'active' });
    await allOn('norm@2');
    expect(existsSync(copyAt(killed!, hashOf(second)))).toBe(false);
    await start(killed!);
    await eventually('both have series again', async () => (await ownersOf()) === 2, patientMs);
    expect(hashOf(copyAt(killed!, hashOf(second)))).toBe(hashOf(second));
    await allOn('norm@2');
  }, 1_200_000);

  it('both go back to the version before, asked once at the database', async () => {
    const { code, out, err } = await stepcast(['models', 'rollback', 'norm', '--db', database.url, '--json']);
    expect(code, err).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ source: 'norm@2', target: 'norm@1', series, by: 'workers' });
    await allOn('norm@1');
    expect(await ownersOf()).toBe(2);
    const listed = async () => {
      const all = JSON.parse((await stepcast(['models', '--db', database.url, '--json'])).out);
      return all.filter((one: { name: string }) => one.name === 'norm') as { state: string; by: string }[];
    };
    const states = async (): Promise<string> => (await listed()).map(({ state }) => state).join(', ');
    await eventually('the second is out of use', async () => (await states()) === 'active, rolled-back', patientMs);
    const [norm] = await listed();
    expect(norm!.by).toMatch(/\w/);
  }, 900_000);
});
