import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { startMosquitto } from '../support/mosquitto.js';
import { Archive, type StoredReading } from './support/archive.js';
import { brokerConfig } from './support/campaign.js';
import { cleanup } from './support/cleanup.js';
import { startClockShift } from './support/clockShift.js';
import { startDaemon } from './support/daemon.js';
import { eventually } from './support/eventually.js';
import { compilePreload } from './support/preload.js';
import { startSender } from './support/sender.js';
import { differences, flawless, judge } from './support/verdict.js';
import { startWitness } from './support/witness.js';
import { workDirs } from './support/workDir.js';
import { type SensorMessage, workload, workloadStreams } from './support/workload.js';

const newDir = workDirs();
const undo = cleanup();
const tenYearsMs = 10 * 365.25 * 86_400_000;
const hourMs = 3_600_000;

interface Life {
  readonly startMs: number; // how far the clock is off when the daemon starts
  readonly stepsMs: readonly number[]; // and then, one after the other
}

/** Sends the messages in equal parts, one for each state of the clock. The database has the retention of the default. */
const run = async (dir: string, messages: readonly SensorMessage[], lives: readonly Life[]) => {
  mkdirSync(dir);
  const broker = await startMosquitto({ persistence: true, config: brokerConfig });
  undo(() => broker.stop());
  const witness = await startWitness(broker.port, 'clock');
  undo(() => witness.end());
  const library = compilePreload('clock', dir);
  const clock = startClockShift(join(dir, 'clock'));
  undo(() => clock.close());
  const config = {
    ...{ node: 'clock', broker: { url: broker.url }, streams: workloadStreams },
    ...{ learn: { enabled: false }, http: { listen: 'off' }, store: { flush: '20ms' } },
  };
  const dbPath = join(dir, 'stepcast.db');
  const states = lives.reduce((count, { stepsMs }) => count + 1 + stepsMs.length, 0);
  const sender = await startSender({ port: broker.port, clientId: 'sensors', messages, ratePerSecond: 2_000 });
  undo(() => sender.end());
  const problems: unknown[] = [];
  let state = 0;
  const sendPart = async () => {
    sender.allow(Math.ceil((messages.length * ++state) / states));
    await sender.settled();
    await eventually('the part is stored', () => Archive.count(dbPath) >= sender.sent, 10_000).catch(() => {}); // judged below
  };
  for (const { startMs, stepsMs } of lives) {
    clock.set(startMs);
    const daemon = startDaemon({ dir, config, env: { LD_PRELOAD: library, CLOCK_FILE: clock.path } });
    undo(() => daemon.kill());
    await daemon.connected();
    await sendPart();
    for (const stepMs of stepsMs) {
      clock.set(stepMs);
      await delay(1_100); // a pulse sees it before any reading does
      await sendPart();
    }
    const { code } = await daemon.stop();
    if (code !== 0) problems.push(daemon.log());
  }
  return { dbPath, published: witness.forecasts, problems };
};

const stored = (dbPath: string): StoredReading[] => {
  const archive = new Archive(dbPath);
  const readings = archive.readings();
  archive.close();
  return readings;
};

/** By series, the values of bare readings in the order of their times; their last digits count up as they were sent. */
const bareOrder = (readings: readonly StoredReading[]): Map<string, number[]> => {
  const bySeries = new Map<string, number[]>();
  for (const { series, value } of readings) {
    if (!series.startsWith('plant/bare/')) continue;
    bySeries.set(series, [...(bySeries.get(series) ?? []), Math.round((value * 1e6) % 1e4)]);
  }
  return bySeries;
};

const messages = workload({ seed: 51, readings: 60, timed: 15, bare: 15, startMs: Date.now() - 2 * 86_400_000 });
const sentOrder = new Map<string, number[]>();
for (const { series, tMs, y } of messages)
  if (tMs === undefined) sentOrder.set(series, [...(sentOrder.get(series) ?? []), Math.round((y * 1e6) % 1e4)]);

type Outcome = Awaited<ReturnType<typeof run>>;
const steadyDir = mkdtempSync(join(tmpdir(), 'stepcast-steady-'));
let underSteadyClock: Promise<Outcome> | undefined; // what each of the others is held against
afterAll(() => rmSync(steadyDir, { recursive: true, force: true }));

const expectUnmoved = async (lives: readonly Life[]) => {
  const stepped = await run(join(newDir(), 'stepped'), messages, lives);
  underSteadyClock ??= run(join(steadyDir, 'run'), messages, [{ startMs: 0, stepsMs: [] }]);
  const steady = await underSteadyClock;
  for (const { dbPath, published, problems } of [stepped, steady]) {
    expect(judge(dbPath, messages, published)).toMatchObject({ ...flawless, readings: messages.length });
    expect(bareOrder(stored(dbPath))).toEqual(sentOrder);
    expect(problems).toEqual([]);
  }
  expect(differences(stepped.dbPath, steady.dbPath, messages)).toEqual([]);
  return stored(stepped.dbPath);
};

test('the library sets the clock that Node reads, and not its running time', () => {
  const dir = newDir();
  const clock = startClockShift(join(dir, 'clock'), -tenYearsMs);
  undo(() => clock.close());
  const script = 'process.stdout.write(JSON.stringify([Date.now(), Number(process.hrtime.bigint() / 1000000n)]))';
  const output = execFileSync(process.execPath, ['-e', script], {
    env: { ...process.env, LD_PRELOAD: compilePreload('clock', dir), CLOCK_FILE: clock.path },
  });
  const [wallMs, elapsedMs] = JSON.parse(output.toString()) as [number, number];
  expect(Math.abs(wallMs - (Date.now() - tenYearsMs))).toBeLessThan(10_000);
  expect(Math.abs(elapsedMs - Number(process.hrtime.bigint() / 1_000_000n))).toBeLessThan(10_000);
});

test('steps of ten years while it runs change no order, no stored time and no forecast', async () => {
  const readings = await expectUnmoved([{ startMs: 0, stepsMs: [tenYearsMs, 0, -tenYearsMs, 0] }]);
  for (const { series, time } of readings)
    if (series.startsWith('plant/bare/')) expect(Math.abs(time - Date.now())).toBeLessThan(hourMs);
});

test('a start with a clock ten years ahead or behind deletes nothing and changes no order and no forecast', async () => {
  await expectUnmoved([
    { startMs: 0, stepsMs: [] },
    { startMs: tenYearsMs, stepsMs: [0] },
    { startMs: -tenYearsMs, stepsMs: [0] },
  ]);
});

test('a boot in 1970 gives arrivals a plausible time, and the right one once the clock is set', async () => {
  const bootMs = -Date.now() + 60_000;
  const readings = await expectUnmoved([{ startMs: bootMs, stepsMs: [0] }]);
  const times = readings.filter(({ series }) => series.startsWith('plant/bare/')).map(({ time }) => time);
  expect(Math.min(...times)).toBeGreaterThan(Date.UTC(2025, 0, 1));
  expect(Math.abs(Math.max(...times) - Date.now())).toBeLessThan(hourMs);
});
