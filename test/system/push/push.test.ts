import { existsSync, readdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mqtt from 'mqtt';
import { expect, test } from 'vitest';
import { SmallDisk } from '../../support/smallDisk.js';
import { cleanup } from '../crash/support/cleanup.js';
import { startClockShift } from '../crash/support/clockShift.js';
import { type Daemon, startDaemon } from '../crash/support/daemon.js';
import { eventually } from '../crash/support/eventually.js';
import { compilePreload } from '../crash/support/preload.js';
import { workDirs } from '../crash/support/workDir.js';
import { startMosquitto } from '../support/mosquitto.js';
import { startMeteredLink } from './support/meteredLink.js';
import { pushLab } from './support/pushLab.js';

const newDir = workDirs();
const undo = cleanup();
const patientMs = 180_000; // on a busy machine
const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));

const { stepcast, newKey, listen } = pushLab(undo);

const partsIn = (db: string): string[] =>
  existsSync(`${db}-push`) ? readdirSync(`${db}-push`).filter((file) => !file.endsWith('.json')) : [];

test(
  'five nodes: one offline, one killed half-way, one with a full disk, one without a clock, one cut off twice',
  async (context) => {
    if (!SmallDisk.available) context.skip('a small disk cannot be mounted here');
    const dir = newDir();
    const broker = await startMosquitto({ config: ['message_size_limit 131072'] });
    undo(() => broker.stop());
    const { key, trust } = await newKey(dir);
    const disk = new SmallDisk('32m');
    undo(() => disk.remove());
    const clock = startClockShift(join(dir, 'clock'), -365 * 86_400_000);
    undo(() => clock.close());
    const env = { LD_PRELOAD: compilePreload('clock', dir), CLOCK_FILE: clock.path };
    const links = { killed: await startMeteredLink(broker.port), cut: await startMeteredLink(broker.port) };
    for (const link of Object.values(links)) undo(() => link.close());

    const homes = Object.fromEntries(
      ['cut', 'full', 'killed', 'offline', 'unclocked'].map((node) => [
        node,
        node === 'full' ? disk.folder : join(dir, node),
      ]),
    );
    const dbOf = (node: string): string => join(homes[node], 'stepcast.db');
    const start = async (node: string): Promise<Daemon> => {
      const port = links[node as keyof typeof links]?.port ?? broker.port;
      const config = {
        ...{ node, broker: { url: `mqtt://127.0.0.1:${port}` }, http: { listen: 'off' }, models: { trust } },
        streams: [{ topic: 'plant/#', model: 'norm' }],
      };
      const daemon = startDaemon({ dir: homes[node], config, ...(node === 'unclocked' && { env }) });
      undo(() => daemon.kill());
      await daemon.connected();
      return daemon;
    };
    for (const node of ['cut', 'full', 'unclocked']) await start(node);
    const killed = await start('killed');
    await (await start('offline')).stop();
    const room = statfsSync(disk.folder);
    writeFileSync(join(disk.folder, 'filler'), Buffer.alloc(room.bavail * room.bsize - 3 * 1_048_576));

    const heard = await listen(broker.url, 'stepcast/+/model/#');
    const stateOf = (node: string) => JSON.parse(heard.get(`stepcast/${node}/model/norm/state`) ?? '{}');
    for (const link of Object.values(links)) link.allow(20_000); // the manifest, and some of the chunks
    const args = ['--name', 'norm', '--version', '1', '--key', key, '--broker', broker.url, '--activate', 'now'];
    const pushed = stepcast([
      ...['push', fixture('torchNormLstm.onnx'), ...args],
      ...['--chunk-size', '1024', '--wait', '10m', '--json'],
    ]);

    await eventually('the one to be killed is half-way', () => links.killed.starved, patientMs);
    expect(partsIn(dbOf('killed'))).toEqual(['norm.onnx']);
    await killed.kill();
    for (const bytes of [30_000, Number.POSITIVE_INFINITY]) {
      await eventually('the one to be cut off is under way', () => links.cut.starved, patientMs);
      links.cut.cut();
      links.cut.allow(bytes);
    }
    links.killed.allow(Number.POSITIVE_INFINITY);
    await start('killed');
    await eventually('the one without a clock says so', () => stateOf('unclocked').code === 'clock', patientMs);
    expect(stateOf('unclocked').state).toBe('receiving');
    clock.set(0);
    await start('offline');

    const { code, out, err } = await pushed;
    const { nodes, cleared } = JSON.parse(out) as {
      nodes: { node: string; state: string; code?: string }[];
      cleared: boolean;
    };
    expect(
      nodes.map(({ node, state, code: why }) => `${node} ${state} ${why ?? ''}`.trim()),
      err,
    ).toEqual(['cut active', 'full rejected disk-full', 'killed active', 'offline active', 'unclocked active']);
    expect(code).toBe(1);
    expect(cleared).toBe(true);
    const left = await listen(broker.url, 'stepcast/#');
    await eventually('retained messages come', () => left.has('stepcast/full/status'));
    const ofModels = [...left.keys()].filter((topic) => topic.includes('/model/')).sort();
    expect(ofModels).toEqual(nodes.map(({ node }) => `stepcast/${node}/model/norm/state`));
    for (const { node } of nodes) expect(partsIn(dbOf(node))).toEqual([]);
  },
  4 * patientMs,
);

test(
  'a GRU, an LSTM and a layer-normalised LSTM of PyTorch are pushed, used at once, speak for their series, and learn',
  async () => {
    const dir = newDir();
    const broker = await startMosquitto({ config: ['message_size_limit 131072'] });
    undo(() => broker.stop());
    const { key, trust } = await newKey(dir);
    const models = { 'torch-gru': 'torchGru.onnx', 'torch-lstm': 'torchLstm.onnx', 'torch-norm': 'torchNormLstm.onnx' };
    const names = Object.keys(models);
    const daemon = startDaemon({
      dir: join(dir, 'node'),
      config: {
        ...{ node: 'pi', broker: { url: broker.url }, http: { listen: 'off' }, models: { trust } },
        streams: names.map((model) => ({ topic: `plant/${model}`, value: 'y', time: 'at', series: '{topic}', model })),
      },
    });
    undo(() => daemon.kill());
    await daemon.connected();
    const heard = await listen(broker.url, 'stepcast/pi/#');
    const client = await mqtt.connectAsync(broker.url);
    undo(() => client.endAsync(true));
    let sent = 0;
    const send = async (): Promise<void> => {
      sent++;
      for (const name of names) {
        const reading = { y: Math.sin(sent / 5) + (sent % 7) / 10, at: 1.79e12 + sent * 60_000 };
        await client.publishAsync(`plant/${name}`, JSON.stringify(reading), { qos: 1 });
      }
    };
    while (sent < 200) await send();
    const modelOf = (name: string): string =>
      JSON.parse(heard.get(`stepcast/pi/forecast/plant/${name}`) ?? '{"model":""}').model;
    await eventually('forecasts', () => names.every((name) => modelOf(name) === 'gru-base@1'));

    for (const [name, file] of Object.entries(models)) {
      const args = ['--name', name, '--version', '1', '--key', key, '--broker', broker.url, '--node', 'pi'];
      const pushed = stepcast(['push', fixture(file), ...args, '--activate', 'now', '--wait', '10m']);
      const state = () => JSON.parse(heard.get(`stepcast/pi/model/${name}/state`) ?? '{}').state;
      await eventually('it is admitted', () => state() === 'shadow', patientMs);
      const readings = sent + 20; // on probation it is not judged by fewer
      while (modelOf(name) !== `${name}@1` && sent < readings) {
        await send();
        const time = 1.79e12 + sent * 60_000;
        const isForecast = () => heard.get(`stepcast/pi/forecast/plant/${name}`)?.includes(`"time":${time},`) === true;
        await eventually('the reading is forecast from', isForecast, patientMs);
      }
      expect(modelOf(name), daemon.log()).toBe(`${name}@1`);
      const { code, err } = await pushed;
      expect(code, err + daemon.log()).toBe(0);
    }
    const adapted = daemon.told('a pushed model').map(({ adapts }) => `${adapts}`);
    expect(adapted.some((text) => text.includes('the model looks 12 steps ahead'))).toBe(true);
    const db = join(dir, 'node/stepcast.db');
    const { out } = await stepcast(['models', '--db', db, '--json']);
    const listed = (JSON.parse(out) as { name: string; origin: string }[]).filter(({ name }) => names.includes(name));
    expect(listed.map(({ name, origin }) => `${name} ${origin}`)).toEqual(names.map((name) => `${name} pushed`));

    const tuned = await stepcast(['tune', '--db', db, '--dry-run', '--json']);
    const rows = JSON.parse(tuned.out) as { series: string; from: string; steps: number; near: number }[];
    expect(rows.map(({ series, from }) => `${series} ${from}`).sort(), tuned.err).toEqual(
      names.map((name) => `plant/${name} ${name}@1`).sort(),
    );
    for (const { steps, near } of rows) {
      expect(steps).toBeGreaterThanOrEqual(40);
      expect(near).toBeGreaterThan(0);
    }

    const isBack = async (): Promise<boolean> => {
      await send();
      const states = names.map((name) => JSON.parse(heard.get(`stepcast/pi/model/${name}/state`)!).state);
      return states.every((state) => state === 'rolled-back') && names.every((name) => modelOf(name) === 'gru-base@1');
    };
    await eventually('they were never trained, and the model before comes back by itself', isBack, patientMs);
  },
  4 * patientMs,
);
