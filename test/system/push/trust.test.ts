import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mqtt from 'mqtt';
import { expect, test } from 'vitest';
import { cleanup } from '../crash/support/cleanup.js';
import { startClockShift } from '../crash/support/clockShift.js';
import { type Daemon, startDaemon } from '../crash/support/daemon.js';
import { eventually } from '../crash/support/eventually.js';
import { compilePreload } from '../crash/support/preload.js';
import { workDirs } from '../crash/support/workDir.js';
import { startMosquitto } from '../support/mosquitto.js';
import { pushLab } from './support/pushLab.js';

const newDir = workDirs();
const undo = cleanup();
const { run, stepcast, newKey, listen } = pushLab(undo);
const patientMs = 180_000; // on a busy machine
const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));

interface Told {
  readonly state?: string;
  readonly code?: string;
  readonly active?: number | null;
  readonly version?: number;
}

/** A broker, a folder, and what nodes say of the model `pump`. */
const begin = async () => {
  const dir = newDir();
  const broker = await startMosquitto();
  undo(() => broker.stop());
  const heard = await listen(broker.url, 'stepcast/#');
  const stateOf = (node: string): Told => JSON.parse(heard.get(`stepcast/${node}/model/pump/state`) ?? '{}');
  const start = async (node: string, models: object, more: { env?: Record<string, string> } = {}): Promise<Daemon> => {
    const streams = [{ topic: 'plant/#', model: 'pump', horizon: 12 }];
    const common = { broker: { url: broker.url }, http: { listen: 'off' }, streams };
    const daemon = startDaemon({ dir: join(dir, node), config: { node, ...common, models }, ...more });
    undo(() => daemon.kill());
    await daemon.connected();
    return daemon;
  };
  const push = (file: string, version: number, key: string, ...more: string[]) => {
    const args = ['--name', 'pump', '--version', `${version}`, '--key', key, '--broker', broker.url];
    return stepcast(['push', fixture(file), ...args, '--activate', 'now', '--wait', '3m', '--json', ...more]);
  };
  return { dir, broker, heard, stateOf, start, push };
};

const ofModels = (heard: ReadonlyMap<string, string>) =>
  [...heard.keys()].filter((topic) => /\/(manifest|chunk)(\/|$)/.test(topic));

test(
  'canaries go first: the others hold the model until they use it, and for ever when one refuses it',
  async () => {
    const { dir, heard, stateOf, start, push } = await begin();
    const { key, trust } = await newKey(dir);
    const canary = await start('a', { trust, maxBytes: '5kB' });
    const second = await start('b', { trust });
    process.kill(canary.pid, 'SIGSTOP'); // the other has all of the model first
    const pushed = push('torchGru.onnx', 1, key, '--canary', '1');
    const holds = () => second.told('a pushed model').some(({ code }) => code === 'held');
    await eventually('the other holds it', holds, patientMs);
    expect(stateOf('b')).toMatchObject({ state: 'shadow', code: 'held' });
    process.kill(canary.pid, 'SIGCONT');
    const first = await pushed;
    expect(first.code, first.err).toBe(0);
    expect(first.err).toContain('a go first');
    expect([stateOf('a'), stateOf('b')]).toMatchObject([
      { state: 'active', active: 1 },
      { state: 'active', active: 1 },
    ]);

    const { code, out, err } = await push('torchLstm.onnx', 2, key, '--canary', '1');
    const { nodes, cleared } = JSON.parse(out) as { nodes: object[]; cleared: boolean };
    expect(nodes).toMatchObject([
      { node: 'a', state: 'rejected', code: 'size' },
      { node: 'b', version: 2 },
    ]);
    expect([code, cleared]).toEqual([1, true]);
    expect(err).toContain('taken back');
    expect(stateOf('b').active).toBe(1);
    await eventually('the broker has forgotten it', () => ofModels(heard).length === 0);
  },
  3 * patientMs,
);

test(
  'a model whose manifest has expired is used on, and the node says that nothing newer came',
  async () => {
    const { dir, stateOf, start, push } = await begin();
    const { key, trust } = await newKey(dir);
    const clock = startClockShift(join(dir, 'clock'));
    undo(() => clock.close());
    const env = { LD_PRELOAD: compilePreload('clock', dir), CLOCK_FILE: clock.path };
    const daemon = await start('pi', { trust }, { env });
    const { code, err } = await push('torchGru.onnx', 1, key, '--expires', '+1h');
    expect(code, err).toBe(0);
    expect(stateOf('pi').code).toBeUndefined();
    clock.set(2 * 3_600_000);
    await eventually('it says so', () => stateOf('pi').code === 'stale', patientMs);
    expect(stateOf('pi')).toMatchObject({ state: 'active', active: 1 });
    expect(daemon.told('a pushed model').at(-1)).toMatchObject({ level: 'warn', code: 'stale' });
  },
  3 * patientMs,
);

test(
  'a key is revoked: its model is out of use at the next start, the one before speaks again, and a later one takes over',
  async () => {
    const { dir, broker, heard, stateOf, start, push } = await begin();
    const good = await newKey(dir, 'good');
    const stolen = await newKey(dir, 'stolen');
    const trust = [...good.trust, ...stolen.trust];
    const client = await mqtt.connectAsync(broker.url);
    undo(() => client.endAsync(true));
    let sent = 0;
    /** The model that forecasts from one more reading. */
    const speaker = async (): Promise<string> => {
      await client.publishAsync('plant/load', `${++sent}`, { qos: 1 });
      const forecast = () => JSON.parse(heard.get('stepcast/pi/forecast/plant/load') ?? '{}');
      await eventually('a forecast', () => forecast().last === sent, patientMs);
      return forecast().model;
    };
    const isSpoken = async (by: string) => eventually(`${by} speaks`, async () => (await speaker()) === by, patientMs);

    const daemon = await start('pi', { trust });
    expect((await push('torchGru.onnx', 1, good.key)).code).toBe(0);
    expect(await speaker()).toBe('pump@1');
    const second = push('torchLstm.onnx', 2, stolen.key);
    await isSpoken('pump@2');
    expect((await second).code).toBe(0);
    await daemon.stop();

    const again = await start('pi', { trust, revoked: [stolen.id] });
    expect(await speaker()).toBe('pump@1');
    await eventually('it says so', () => stateOf('pi').code === 'key-revoked', patientMs);
    expect(stateOf('pi')).toMatchObject({ state: 'rolled-back', version: 2, active: 1 });
    expect(again.log()).toContain('signed by a key that is revoked');
    const refused = await push('torchLstm.onnx', 3, stolen.key);
    expect([refused.code, stateOf('pi').code]).toEqual([1, 'key-revoked']);
    const third = push('torchLstm.onnx', 3, good.key);
    await isSpoken('pump@3');
    expect((await third).code).toBe(0);
  },
  3 * patientMs,
);

test(
  'a pusher in another language, written by docs/model-push.md, is understood',
  async () => {
    const { dir, broker, stateOf, start } = await begin();
    const { key, trust } = await newKey(dir);
    await start('pi', { trust });
    const model = fileURLToPath(new URL('../../../models/gru-small.onnx', import.meta.url));
    const args = [fixture('pushModel.py'), model, 'pump', '1', key, '127.0.0.1', `${broker.port}`];
    const { code, out, err } = await run('/usr/bin/python3', args);
    expect(code, err).toBe(0);
    await eventually('it is used', () => stateOf('pi').state === 'active', patientMs);
    const { sha256, created } = JSON.parse(out) as { sha256: string; created: number };
    expect(stateOf('pi')).toMatchObject({ version: 1, sha256, created, active: 1 });
  },
  3 * patientMs,
);
