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
import { type HostilePush, hostilePushes, idOf, newKeys } from './support/hostilePushes.js';

const node = 'target';
const prefix = 'stepcast';
const keys = newKeys();
const pushes = hostilePushes(node, keys);
const atOnce = 16; // pushes that wait for their answer
const warmUp = 100; // readings
const idle = 400;
const everyMs = 25;
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
const sentMs: number[] = []; // of the reading whose value is the index
const delaysMs: number[] = []; // until its forecast
let readings: NodeJS.Timeout;
let pushesBeganAt = 0;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'stepcast-hostile-'));
  broker = await startMosquitto();
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
  client.on('message', (topic, payload) => {
    if (topic === `${prefix}/${node}/forecast/plant/load`) {
      const { last } = JSON.parse(payload.toString()) as { last: number };
      delaysMs[last] ??= performance.now() - sentMs[last];
    } else if (payload.length > 0) hear(JSON.parse(payload.toString()));
  });
  await client.subscribeAsync([`${prefix}/${node}/forecast/#`, stateTopic(prefix, node, '+')], { qos: 1 });
  readings = setInterval(() => {
    sentMs.push(performance.now());
    client.publish('plant/load', `${sentMs.length - 1}`, { qos: 1 });
  }, everyMs);
  await eventually('forecasts', () => delaysMs.length > warmUp + idle, patienceMs);
  before = files(dir);
});

afterAll(async () => {
  clearInterval(readings);
  await client?.endAsync(true);
  await daemon?.kill();
  await broker?.stop();
  rmSync(dir, { recursive: true, force: true });
});

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
    pushesBeganAt = delaysMs.length;
    const waiting = [...pushes];
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await push(next);
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    const wrong = pushes.flatMap(({ about, name, code }) => {
      const answer = answers.get(name);
      return answer?.code === code && answer.state !== 'active' ? [] : [{ about, code, answer }];
    });
    expect(wrong).toEqual([]);
    expect(pushes.length).toBeGreaterThanOrEqual(100);
  });

  it('forecasts on meanwhile, without delay', () => {
    expect(daemon.running).toBe(true);
    const quiet = p99(delaysMs.slice(warmUp, pushesBeganAt));
    const under = p99(delaysMs.slice(pushesBeganAt).filter((delay) => delay !== undefined));
    const count = delaysMs.length - pushesBeganAt;
    console.info(
      `p99 of reading → forecast: ${quiet.toFixed(1)} ms idle, ${under.toFixed(1)} ms over ${count} readings`,
    );
    expect(under).toBeLessThan(Math.max(2 * quiet, 500));
  });

  it('keeps nothing of them: no file, no process, no version', async () => {
    await eventually('no child process', () => {
      return readFileSync(`/proc/${daemon.pid}/task/${daemon.pid}/children`, 'utf8').trim() === '';
    });
    const left = files(dir).filter((file) => !before.includes(file));
    expect(left.filter((file) => file !== 'stepcast.db-push')).toEqual([]);
  });
});
