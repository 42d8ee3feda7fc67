import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, type TestContext, test } from 'vitest';
import { startFakeBroker } from '../../support/fakeBroker.js';
import { Archive } from './support/archive.js';
import { cleanup } from './support/cleanup.js';
import { startDaemon } from './support/daemon.js';
import { eventually } from './support/eventually.js';
import { workDirs } from './support/workDir.js';
import { type SensorMessage, workload, workloadStreams } from './support/workload.js';

const newDir = workDirs();
const undo = cleanup();

const mountSmallDisk = (context: TestContext, path: string): void => {
  mkdirSync(path);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', path], { encoding: 'utf8' });
  if (mounted.status !== 0) context.skip(`a small disk cannot be mounted here: ${mounted.stderr ?? mounted.error}`);
  undo(() => spawnSync('umount', ['-l', path]));
};

/** Writes until nothing more fits. */
const fill = (path: string): void => {
  const file = openSync(path, 'w');
  try {
    for (let size = 1 << 20; size >= 512; size >>= 1) {
      try {
        for (;;) if (writeSync(file, Buffer.alloc(size, 1)) < size) break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(file);
  }
};

test('a full disk stops acknowledgements, not the daemon; with space again it goes on within 5 s and nothing is lost', async (context) => {
  const dir = newDir();
  const disk = join(dir, 'disk');
  mountSmallDisk(context, disk);
  const dbPath = join(disk, 'stepcast.db');
  const filler = join(disk, 'filler');
  const sentBy = new Map<number, SensorMessage>();
  const acknowledged = new Set<number>();
  const statuses: string[] = [];
  const forecast = new Set<string>();
  const health: { reasons: string[] }[] = [];
  const broker = await startFakeBroker({
    onPacket: (packet) => {
      if (packet.cmd === 'puback') acknowledged.add(packet.messageId!);
      if (packet.cmd !== 'publish') return;
      if (packet.topic === 'stepcast/disk/status') statuses.push(packet.payload.toString());
      if (packet.topic === 'stepcast/disk/health') health.push(JSON.parse(packet.payload.toString()));
      if (packet.topic.startsWith('stepcast/disk/forecast/')) {
        const { series, time } = JSON.parse(packet.payload.toString()) as { series: string; time: number };
        forecast.add(`${series} ${time}`);
      }
    },
  });
  undo(() => broker.close());
  const daemon = startDaemon({
    dir,
    config: {
      ...{ node: 'disk', broker: { url: broker.url }, store: { path: 'disk/stepcast.db', flush: '50ms' } },
      ...{ streams: workloadStreams, learn: { enabled: false }, http: { listen: 'off' } },
    },
  });
  undo(() => daemon.kill());
  const connection = await broker.connection(0);
  await connection.wait('subscribe');

  const messages = workload({ seed: 71, readings: 400, timed: 10, bare: 10 });
  let next = 0;
  const deliver = (count: number) => {
    for (const message of messages.slice(next, next + count)) {
      sentBy.set(++next, message);
      connection.deliver(next, message.topic, message.payload);
    }
  };
  const lost = (): number[] => {
    const archive = new Archive(dbPath);
    const missing = [...acknowledged].filter((id) => !archive.has(sentBy.get(id)!));
    archive.close();
    return missing;
  };

  deliver(400);
  await eventually('the first readings are acknowledged', () => acknowledged.size === 400);
  fill(filler);
  let before = -1;
  for (let rounds = 0; before !== acknowledged.size && rounds < 30; rounds++) {
    before = acknowledged.size; // what space the daemon had put by may last for a while
    deliver(200);
    await delay(1_500);
  }
  expect(acknowledged.size).toBe(before);
  expect(next - acknowledged.size).toBeGreaterThanOrEqual(200);
  expect(lost()).toEqual([]);
  await eventually('the status says so', () => statuses.at(-1) === 'degraded', 5_000);
  expect(health.at(-1)?.reasons.join()).toMatch(/STORE_FULL/);
  await eventually('forecasts go on', () => forecast.size === next, 5_000);
  await delay(3_000);
  expect(acknowledged.size).toBe(before);
  expect(daemon.running).toBe(true);

  rmSync(filler);
  const freedMs = performance.now();
  await eventually('every reading is acknowledged', () => acknowledged.size === next, 5_000);
  console.info(`full at ${before} acknowledged; resumed after ${Math.round(performance.now() - freedMs)} ms of space`);
  await eventually('the status says so', () => statuses.at(-1) === 'online', 5_000);
  expect(lost()).toEqual([]);
  deliver(200);
  await eventually('later readings are acknowledged', () => acknowledged.size === next);
  expect(broker.connects).toHaveLength(1);
  expect((await daemon.stop()).code).toBe(0);
  expect(lost()).toEqual([]);
  const archive = new Archive(dbPath);
  expect(archive.count()).toBe(next);
  expect(archive.forecasts().size).toBe(next);
  expect(archive.integrity()).toBe('ok');
  archive.close();
});
