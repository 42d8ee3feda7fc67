import { createPublicKey, type KeyObject } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunkTopic, manifestTopic, stateTopic } from '../../../src/registry/push/pushTopics.js';
import { rawKey } from '../../../src/registry/signatures/publicKey.js';
import { type Daemon, startDaemon } from '../crash/support/daemon.js';
import { eventually } from '../crash/support/eventually.js';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.js';
import { forgedManifest, type HostilePush, honestPush, hostilePushes, idOf, newKeys } from './support/hostilePushes.js';
import { type LatencyProbe, startLatencyProbe } from './support/startLatencyProbe.js';

const node = 'target';
const prefix = 'stepcast';
const keys = newKeys();
const pushes = hostilePushes(node, keys);
const forged = 3000;
const atOnce = 16; // pushes that wait for their answer
const warmUp = 100; // readings
const idle = 400; // before the pushes, and after them
const everyMs = 10;
const floorMs = 150; // a machine with ten times as much to do as it can holds up one reading in a hundred by this much
const patienceMs = 600_000;

interface Answer {
  readonly name: string;
  readonly state: string;
  readonly code?: string;
  readonly reason?: string;
}

let broker: Mosquitto;
let client: MqttClient;
let daemon: Daemon;
let dir: string;
let before: string[];
const answers = new Map<string, Answer>(); // the final one, by name
let probe: LatencyProbe;
let quietBefore: number[];
let under: number[];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'stepcast-hostile-'));
  broker = await startMosquitto({ config: ['set_tcp_nodelay true'] }); // else it waits 40 ms for an ACK, pushes or not
  const publicKey = (key: KeyObject): string => rawKey(createPublicKey(key)).toString('base64');
  const models = {
    trust: [publicKey(keys.trusted), publicKey(keys.revoked)],
    revoked: [idOf(keys.revoked)],
  };
  daemon = startDaemon({
    dir,
    config: { node, models, broker: { url: broker.url }, streams: [{ topic: 'plant/#' }], log: { format: 'json' } },
  });
  await daemon.connected();
  client = await mqtt.connectAsync(broker.url);
  client.on('message', (_, payload) => {
    if (payload.length > 0) hear(JSON.parse(payload.toString()));
  });
  await client.subscribeAsync(stateTopic(prefix, node, '+'), { qos: 1 });
  probe = startLatencyProbe(broker.url, 'plant/load', everyMs);
  await delays(warmUp);
  quietBefore = await delays(idle);
  before = files(dir);
});

afterAll(async () => {
  probe?.stop();
  await client?.endAsync(true);
  await daemon?.kill();
  await broker?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** How long the next readings took. */
async function delays(count: number): Promise<number[]> {
  const taken: number[] = [];
  await eventually('forecasts', async () => taken.push(...(await probe.take())) >= count, patienceMs);
  return taken;
}

function hear(answer: Answer): void {
  const isWaiting = answer.state === 'receiving' && answer.code !== 'clock';
  if (!isWaiting && !answers.has(answer.name)) answers.set(answer.name, answer);
}

/** Publishes it, waits for the answer, and takes it off the broker again. */
async function push({ name, manifest, chunks, about }: HostilePush): Promise<void> {
  const retained = { qos: 1, retain: true } as const;
  const topics = chunks.map(([sha256, index]) => chunkTopic(prefix, node, name, sha256, index));
  for (const [i, topic] of topics.entries()) await client.publishAsync(topic, Buffer.from(chunks[i][2]), retained);
  const topic = manifestTopic(prefix, node, name);
  await client.publishAsync(topic, manifest, retained);
  await eventually(`an answer to ${about}`, () => answers.has(name), patienceMs);
  for (const each of [topic, ...topics, stateTopic(prefix, node, name)]) await client.publishAsync(each, '', retained);
}

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => !/^daemon-\d+\.log$|-(wal|shm)$/.test(file))
    .sort();

const p99 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1];

describe(`a node to which ${pushes.length} hostile models are pushed`, () => {
  it('refuses each of them, for the right reason', async () => {
    await probe.take();
    const waiting = [...pushes];
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await push(next);
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    under = await probe.take();
    const wrong = pushes.flatMap(({ about, name, code }) => {
      const answer = answers.get(name);
      return answer?.code === code && answer.state !== 'active' ? [] : [{ about, code, answer }];
    });
    expect(wrong).toEqual([]);
    const reasons = [...answers.values()].map(({ reason = '' }) => reason);
    expect(reasons.filter((reason) => !/^[^\p{C}\p{Zl}\p{Zp}]{1,300}$/u.test(reason))).toEqual([]);
    expect(pushes.length).toBeGreaterThanOrEqual(170);
  });

  it('forecasts on meanwhile: no reading in a hundred takes more than twice as long as before and after', async () => {
    expect(daemon.running).toBe(true);
    const quiet = [quietBefore, await delays(idle)].map(p99);
    const [before, after, during] = [...quiet, p99(under)].map((ms) => ms.toFixed(1));
    console.info(
      `p99 of reading → forecast: ${before} and ${after} ms idle, ${during} ms over ${under.length} readings`,
    );
    expect(p99(under)).toBeLessThan(Math.max(2 * Math.max(...quiet), floorMs));
  });

  it('keeps nothing of them: no file, no process, no version', async () => {
    await eventually('no child process', () => {
      return readFileSync(`/proc/${daemon.pid}/task/${daemon.pid}/children`, 'utf8').trim() === '';
    });
    const left = files(dir).filter((file) => !before.includes(file));
    expect(left.filter((file) => file !== 'stepcast.db-push')).toEqual([]);
  });

  it(`answers no more than a thousand of ${forged} forged manifests, and hears an honest push behind them`, async () => {
    await probe.take();
    for (let i = 0; i < forged; i += 100) {
      const names = Array.from({ length: 100 }, (_, j) => `forged-${i + j}`);
      const send = (name: string) =>
        client.publishAsync(manifestTopic(prefix, node, name), forgedManifest(node, name, keys), { qos: 1 });
      await Promise.all(names.map(send));
    }
    await push(honestPush(node, 'honest', keys));
    console.info(`p99 of reading → forecast: ${p99(await probe.take()).toFixed(1)} ms beside them`);
    expect(answers.get('honest')?.state).toBe('shadow');
    const answered = [...answers.values()].filter(({ name }) => name.startsWith('forged-'));
    expect(new Set(answered.map(({ code }) => code))).toEqual(new Set(['signature']));
    expect(answered.length).toBeLessThanOrEqual(1000);
  });
});
