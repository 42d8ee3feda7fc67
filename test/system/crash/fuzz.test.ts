import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Random } from '../../../src/series/random.js';
import { startMosquitto } from '../support/mosquitto.js';
import { Archive } from './support/archive.js';
import { brokerConfig } from './support/campaign.js';
import { cleanup } from './support/cleanup.js';
import { startDaemon } from './support/daemon.js';
import { eventually } from './support/eventually.js';
import { fuzzPayload, fuzzStreams } from './support/fuzzPayloads.js';
import { startSender } from './support/sender.js';
import { startWitness } from './support/witness.js';
import { workDirs } from './support/workDir.js';
import { workload, workloadStreams } from './support/workload.js';

const newDir = workDirs();
const undo = cleanup();

const count = 100_000;
const repeated = 40_000;
const quarantineBytes = 16 * 1_048_576;

test('100,000 hostile payloads end nothing, and every reading of the good stream beside them is forecast', async () => {
  const dir = newDir();
  const broker = await startMosquitto({ config: brokerConfig });
  undo(() => broker.stop());
  const witness = await startWitness(broker.port, 'fuzz');
  undo(() => witness.end());
  const daemon = startDaemon({
    dir,
    config: {
      ...{ node: 'fuzz', broker: { url: broker.url }, streams: [...workloadStreams, ...fuzzStreams] },
      ...{ learn: { enabled: false }, http: { listen: 'off' } },
    },
  });
  undo(() => daemon.kill());
  await daemon.connected();

  const random = new Random(61);
  const hostile = Array.from({ length: count }, () => fuzzPayload(random));
  hostile.push(...hostile.slice(0, repeated)); // brings no new series: what memory grows by now is a leak
  const good = workload({ seed: 62, readings: 300, timed: 10 });
  const fuzzer = await startSender({ port: broker.port, clientId: 'fuzzer', messages: hostile, ratePerSecond: 2_500 });
  undo(() => fuzzer.end());
  const sender = await startSender({ port: broker.port, clientId: 'sensors', messages: good, ratePerSecond: 75 });
  undo(() => sender.end());
  sender.allow(good.length);
  const memory: number[] = [];
  for (let tenth = 1; tenth <= 14; tenth++) {
    fuzzer.allow((count * tenth) / 10);
    await fuzzer.settled(120_000);
    expect(daemon.running).toBe(true);
    memory.push(daemon.residentBytes());
  }
  await sender.settled();

  const places = new Set<string>();
  await eventually('every good reading is forecast', () => {
    for (const { series, time } of witness.forecasts) places.add(`${series} ${time}`);
    return good.every(({ series, tMs }) => places.has(`${series} ${tMs}`));
  });
  expect((await daemon.stop()).code).toBe(0);
  expect(witness.malformed).toEqual([]);
  expect(daemon.told('connected')).toHaveLength(1);
  const ends = daemon.told('stepcast ends')[0] as { rejects: Record<string, number>; series: number };
  const rejects = Object.values(ends.rejects).reduce((sum, n) => sum + n, 0);
  const megabytes = memory.map((bytes) => Math.round(bytes / 1e6));
  console.info(
    `${rejects} parts refused for ${Object.keys(ends.rejects).length} reasons, ${ends.series} series, RSS ${megabytes.join(' ')} MB`,
  );
  expect(rejects).toBeGreaterThan(count / 4);
  expect(Object.keys(ends.rejects)).not.toContain('decoder_failed');
  expect(memory[13]).toBeLessThan(memory[9] + 40e6);
  expect(memory[13]).toBeLessThan(600e6);

  const archive = new Archive(join(dir, 'stepcast.db'));
  undo(() => archive.close());
  expect(archive.integrity()).toBe('ok');
  expect(archive.bytesOf('quarantine')).toBeLessThan(quarantineBytes);
  const stored = new Set(archive.readings().map(({ series, time }) => `${series} ${time}`));
  expect(good.filter(({ series, tMs }) => !stored.has(`${series} ${tMs}`))).toEqual([]);
});
