import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { Random } from '../../../src/series/random.js';
import { startMosquitto } from '../support/mosquitto.js';
import { Archive } from './support/archive.js';
import { brokerConfig } from './support/campaign.js';
import { cleanup } from './support/cleanup.js';
import { type Daemon, startDaemon } from './support/daemon.js';
import { eventually } from './support/eventually.js';
import { type Outgoing, startSender } from './support/sender.js';
import { workDirs } from './support/workDir.js';

const newDir = workDirs();
const undo = cleanup();

const blocks = 20;
const fields = 50;
const rounds = 256;
const startMs = Date.UTC(2026, 9, 5);

/** A message holds a reading of each of 50 series. */
const blockMessages = (): Outgoing[] => {
  const random = new Random(82);
  const messages: Outgoing[] = [];
  for (let n = 0; n <= rounds; n++)
    for (let block = 0; block < blocks; block++) {
      const values = Array.from({ length: fields }, (_, i) => [
        `s${i}`,
        Number((10 + 3 * Math.sin(n / (4 + i)) + 0.3 * random.normal()).toFixed(3)),
      ]);
      const payload = JSON.stringify({ at: startMs + n * 60_000, ...Object.fromEntries(values) });
      messages.push({ topic: `plant/block/${block}`, payload });
    }
  return messages;
};

test('after a kill, 1,000 series are replayed within 10 s, with progress, while new readings wait', async () => {
  const dir = newDir();
  const messages = blockMessages();
  const stored = blocks * fields * rounds;
  const start = (home: string, url: string): Daemon => {
    const daemon = startDaemon({
      dir: home,
      config: {
        ...{ node: 'replay', broker: { url }, streams: [{ topic: 'plant/block/+', time: 'at', horizon: 1 }] },
        ...{ store: { retention: { readings: 'forever', forecasts: 'forever' } } },
        ...{ learn: { enabled: false }, http: { listen: 'off' } },
      },
    });
    undo(() => daemon.kill());
    return daemon;
  };
  const lives = ['whole', 'snapshots', 'nothing'].map((name) => join(dir, name));
  for (const life of lives) mkdirSync(life);
  const [before, ...starts] = lives;
  const dbPath = join(before, 'stepcast.db');

  const broker = await startMosquitto({ config: brokerConfig });
  undo(() => broker.stop());
  const first = start(before, broker.url);
  await first.connected();
  const filling = messages.slice(0, rounds * blocks);
  const sender = await startSender({ port: broker.port, clientId: 'sensors', messages: filling, ratePerSecond: 400 });
  undo(() => sender.end());
  sender.allow(filling.length);
  await eventually('all is stored', () => sender.sent === filling.length && Archive.count(dbPath) === stored, 120_000);
  await first.kill();
  for (const life of starts)
    for (const suffix of ['', '-wal']) {
      const file = `stepcast.db${suffix}`;
      if (existsSync(join(before, file))) copyFileSync(join(before, file), join(life, file));
    }
  const bare = new Database(join(dir, 'nothing/stepcast.db'));
  bare.prepare('DELETE FROM snapshot').run(); // as if no snapshot had been due: every reading must be replayed
  bare.close();

  const last: Map<string, string>[] = [];
  for (const life of starts) {
    const rest = messages.slice(rounds * blocks);
    const clientId = `sensors of ${last.length}`;
    const more = await startSender({ port: broker.port, clientId, messages: rest, ratePerSecond: 1_000 });
    undo(() => more.end());
    more.allow(rest.length);
    await more.settled(); // they wait in the session
    const began = performance.now();
    const daemon = start(life, broker.url);
    await daemon.connected(60_000);
    const seconds = (performance.now() - began) / 1000;
    const [restored] = daemon.told('state restored') as { replayed: number; seconds: number }[];
    const { replayed } = restored;
    const progress = daemon.told('replaying the log').map((line) => line.replayed);
    console.info(
      `${replayed} readings replayed in ${restored.seconds} s, ${seconds.toFixed(2)} s from start to broker; progress ${progress.join(' ')}`,
    );
    expect(seconds).toBeLessThan(life.endsWith('nothing') ? 20 : 10); // a kill leaves snapshots: without them twice as much is replayed
    expect(replayed).toBeGreaterThan(stored / 4);
    if (life.endsWith('nothing')) expect(replayed).toBe(stored);
    expect(progress.length).toBeGreaterThanOrEqual(Math.floor(restored.seconds) - 1);

    const path = join(life, 'stepcast.db');
    await eventually('the new readings are stored', () => Archive.count(path) === stored + blocks * fields);
    expect((await daemon.stop()).code).toBe(0);
    const archive = new Archive(path);
    last.push(archive.forecasts(startMs + rounds * 60_000));
    archive.close();
  }
  expect(last[0].size).toBe(blocks * fields);
  expect(last[0]).toEqual(last[1]);
});
