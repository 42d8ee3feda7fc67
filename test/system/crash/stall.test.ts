import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startMosquitto } from '../support/mosquitto.js';
import { Archive } from './support/archive.js';
import { brokerConfig } from './support/campaign.js';
import { cleanup } from './support/cleanup.js';
import { startDaemon } from './support/daemon.js';
import { eventually } from './support/eventually.js';
import { compilePreload } from './support/preload.js';
import { startSender } from './support/sender.js';
import { startWitness } from './support/witness.js';
import { workDirs } from './support/workDir.js';
import { workload, workloadStreams } from './support/workload.js';

const newDir = workDirs();
const undo = cleanup();

test('a disk that stands still for 5 s at a keepalive of 2 s costs no reconnect, and forecasts go on', async () => {
  const dir = newDir();
  const disk = join(dir, 'disk');
  const flag = join(dir, 'stalled');
  mkdirSync(disk);
  const broker = await startMosquitto({ config: brokerConfig });
  undo(() => broker.stop());
  const witness = await startWitness(broker.port, 'stall');
  undo(() => witness.end());
  const daemon = startDaemon({
    dir,
    config: {
      ...{ node: 'stall', broker: { url: broker.url, keepalive: '2s' }, store: { path: 'disk/stepcast.db' } },
      ...{ streams: workloadStreams, learn: { enabled: false }, http: { listen: 'off' } },
    },
    env: { LD_PRELOAD: compilePreload('stall', dir), STALL_DIR: disk, STALL_FLAG: flag },
  });
  undo(() => daemon.kill());
  await daemon.connected();

  const messages = workload({ seed: 41, readings: 90, timed: 10, bare: 10 });
  const sender = await startSender({ port: broker.port, clientId: 'sensors', messages, ratePerSecond: 200 });
  undo(() => sender.end());
  const dbPath = join(disk, 'stepcast.db');
  sender.allow(messages.length);
  await eventually('readings are stored', () => Archive.count(dbPath) > 100);
  writeFileSync(flag, '');
  await delay(500); // the commit under way is over, or stuck
  const [storedBefore, publishedBefore] = [Archive.count(dbPath), witness.forecasts.length];
  await delay(2_250);
  const publishedHalfway = witness.forecasts.length;
  await delay(2_250);
  const [storedAfter, publishedAfter] = [Archive.count(dbPath), witness.forecasts.length];
  rmSync(flag);
  expect(storedAfter).toBe(storedBefore); // it did stand still
  console.info(
    `forecasts during the stall: ${publishedHalfway - publishedBefore}, ${publishedAfter - publishedHalfway}`,
  );
  expect(publishedHalfway - publishedBefore).toBeGreaterThan(200);
  expect(publishedAfter - publishedHalfway).toBeGreaterThan(200);

  await sender.settled();
  await eventually('every reading is stored', () => Archive.count(dbPath) >= messages.length);
  expect(daemon.told('connected')).toHaveLength(1);
  expect(broker.log()).not.toMatch(/exceeded timeout|already connected/);
  expect((await daemon.stop()).code).toBe(0);
  expect(witness.malformed).toEqual([]);
  expect(Archive.count(dbPath)).toBe(messages.length);
  expect(witness.forecasts).toHaveLength(messages.length);
});
