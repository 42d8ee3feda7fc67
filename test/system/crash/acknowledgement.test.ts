import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Random } from '../../../src/series/random.js';
import { type FakeBroker, startFakeBroker } from '../../support/fakeBroker.js';
import { Archive } from './support/archive.js';
import { cleanup } from './support/cleanup.js';
import { startDaemon } from './support/daemon.js';
import { eventually } from './support/eventually.js';
import { compilePreload } from './support/preload.js';
import { workDirs } from './support/workDir.js';
import { type SensorMessage, workload, workloadStreams } from './support/workload.js';

const newDir = workDirs();
const undo = cleanup();

/** A broker that looks into the database at every PUBACK: what it stands for must be there at that moment. */
const startAuditor = async (dbPath: string) => {
  const open: Map<number, SensorMessage>[] = []; // by connection, by packet id: delivered there, not yet acknowledged
  const stray: string[] = [];
  const early: string[] = [];
  let acknowledged = 0;
  let archive: Archive | undefined;
  undo(() => archive?.close());
  const broker: FakeBroker = await startFakeBroker({
    connack: () => ({ sessionPresent: true }),
    onPacket: (packet, connection) => {
      if (packet.cmd !== 'puback') return;
      const id = packet.messageId!;
      const message = open[connection]?.get(id);
      if (!message) {
        stray.push(`connection ${connection}, id ${id}`);
        return;
      }
      open[connection].delete(id);
      acknowledged++;
      archive ??= new Archive(dbPath);
      if (!archive.has(message)) early.push(`connection ${connection}, id ${id}`);
    },
  });
  undo(() => broker.close());
  return {
    broker,
    stray,
    early,
    get acknowledged() {
      return acknowledged;
    },
    deliver: async (index: number, id: number, message: SensorMessage) => {
      const connection = await broker.connection(index);
      (open[index] ??= new Map()).set(id, message);
      connection.deliver(id, message.topic, message.payload);
    },
  };
};

/** A daemon whose disk takes 120 ms for a sync: whoever acknowledges before the commit is found out. */
const slowDaemon = (dir: string, url: string) => {
  const disk = join(dir, 'disk');
  mkdirSync(disk, { recursive: true });
  const daemon = startDaemon({
    dir,
    config: {
      ...{ node: 'ack', broker: { url }, store: { path: 'disk/stepcast.db', flush: '10ms' } },
      ...{ streams: workloadStreams, learn: { enabled: false }, http: { listen: 'off' } },
    },
    env: { LD_PRELOAD: compilePreload('stall', dir), STALL_DIR: disk, STALL_MS: '120' },
  });
  undo(() => daemon.kill());
  return daemon;
};

test('no PUBACK comes before its reading is committed, and every one comes', async () => {
  const dir = newDir();
  const auditor = await startAuditor(join(dir, 'disk/stepcast.db'));
  slowDaemon(dir, auditor.broker.url);
  const messages = workload({ seed: 31, readings: 30, timed: 20, bare: 20 });
  const connection = await auditor.broker.connection(0);
  await connection.wait('subscribe');
  const random = new Random(31);
  for (const [index, message] of messages.entries()) {
    await auditor.deliver(0, index + 1, message);
    if (random.chance(0.05)) await delay(random.integer(100));
  }
  await eventually('every message is acknowledged', () => auditor.acknowledged === messages.length);
  expect(auditor).toMatchObject({ stray: [], early: [] });
  const order = (await connection.wait('puback')).map(({ messageId }) => messageId);
  expect(order).toEqual(messages.map((_, index) => index + 1)); // [MQTT-4.6.0-2]
});

test('a broker that uses packet ids again after each reconnect sees no PUBACK of another connection', async () => {
  const dir = newDir();
  const auditor = await startAuditor(join(dir, 'disk/stepcast.db'));
  const messages = workload({ seed: 32, readings: 40, timed: 20, bare: 20 });
  const random = new Random(32);
  let next = 0;
  let index = 0;
  for (let life = 0; life < 5; life++) {
    const daemon = slowDaemon(dir, auditor.broker.url);
    for (let drop = 0; drop < 3; drop++, index++) {
      const connection = await auditor.broker.connection(index);
      if (drop === 0) await connection.wait('subscribe');
      const ids = Array.from({ length: 60 }, (_, i) => i + 1).filter(() => random.chance(0.6));
      for (const id of ids) {
        await auditor.deliver(index, id, messages[next++ % messages.length]);
        if (random.chance(0.1)) await delay(random.integer(60));
      }
      await delay(random.integer(300));
      connection.drop();
    }
    await daemon.kill();
  }
  console.info(
    `${auditor.acknowledged} acknowledged of ${next} delivered, ${auditor.broker.connects.length} connections`,
  );
  expect(auditor).toMatchObject({ stray: [], early: [] });
  expect(auditor.acknowledged).toBeGreaterThan(100);
  expect(auditor.acknowledged).toBeLessThan(next);
});

test('a redelivery is told from a new message by what its packet id last stood for, also after a kill', async () => {
  const dir = newDir();
  const dbPath = join(dir, 'disk/stepcast.db');
  const broker = await startFakeBroker({ connack: () => ({ sessionPresent: true }) });
  undo(() => broker.close());
  const topic = 'plant/bare/steady';
  const values = (): number[] => {
    const archive = new Archive(dbPath);
    const found = archive.readings().map(({ value }) => value);
    archive.close();
    return found;
  };
  let index = 0;
  const live = async (messages: readonly (readonly [id: number, payload: string, dup: boolean])[]) => {
    const daemon = slowDaemon(dir, broker.url);
    const connection = await broker.connection(index++);
    await connection.wait('subscribe');
    for (const [count, [id, payload, dup]] of messages.entries()) {
      connection.deliver(id, topic, payload, { dup });
      await connection.wait('puback', count + 1);
    }
    await daemon.kill();
  };

  await live([
    [1, '21.5', false],
    [2, '21.5', false],
    [1, '22', false],
  ]);
  expect(values()).toEqual([21.5, 21.5, 22]);
  await live([
    [2, '21.5', true], // its PUBACK was lost
    [1, '22', true], // so was this one's
  ]);
  expect(values()).toEqual([21.5, 21.5, 22]);
  await live([
    [1, '21.5', true], // sent first while nobody was there: under this id 22 came last
    [3, '21.5', true], // under this one nothing
  ]);
  expect(values()).toEqual([21.5, 21.5, 22, 21.5, 21.5]);
});
