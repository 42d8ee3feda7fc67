import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { deviceCommand } from '../../../firmware-bridge/sim/build.mjs';
import { deviceExport } from '../../../src/lab/deviceExport.js';
import { cleanup } from '../crash/support/cleanup.js';
import { eventually } from '../crash/support/eventually.js';
import { workDirs } from '../crash/support/workDir.js';
import { optionArgs, type SimDevice, type SimOptions, startProgram } from './support/simDevice.js';
import { TestHost } from './support/testHost.js';

const newDir = workDirs();
const undo = cleanup();
/** STEPCAST_PUSH_KILLS=all kills at every step of a push; otherwise at some of them. */
const killsAll = process.env.STEPCAST_PUSH_KILLS === 'all';
const timeMs = Date.UTC(2025, 5, 2, 12);
let first: Uint8Array;
let second: Uint8Array;

const exported = async (file: string) =>
  (await deviceExport({ file: `test/fixtures/${file}.onnx`, kind: 'int8', values: [], cadenceMs: 0, season: 0 })).bytes;

beforeAll(async () => {
  first = await exported('torchGru');
  second = await exported('torchLstm');
});

const newHost = async () => {
  const host = await TestHost.open();
  undo(() => host.close());
  return host;
};

const start = (target: string, host: TestHost, options: SimOptions): SimDevice => {
  const line = target === 'posix' ? ['--connect', `127.0.0.1:${host.port}`] : [`tcp:127.0.0.1:${host.port},nodelay=on`];
  const { program, args } = deviceCommand(target, line, optionArgs({ id: 'push-1', every: 0, ...options }));
  const device = startProgram(program, args);
  undo(() => device.kill());
  return device;
};

const valuesIn = (dir: string, count: number) => {
  const file = join(dir, 'values');
  writeFileSync(file, Array.from({ length: count }, (_, i) => 20 + 3 * Math.sin(i / 5)).join('\n'));
  return file;
};

const versionOf = async (host: TestHost) => (await host.join()).modelVersion;

describe.each(['posix', 'm3', 'm4f'])('a model pushed to a device, %s', (target) => {
  it('is tried, forecasts, is confirmed, survives a reset; its state comes and goes', async () => {
    const dir = newDir();
    const host = await newHost();
    const device = start(target, host, { flash: dir, values: valuesIn(dir, 30) });
    expect(await host.join()).toMatchObject({ slot: 255, slotState: 0, modelVersion: 0, cell: 0 });
    host.tellTime(timeMs);
    expect(await host.push(first, 7, 1)).toBe(2);
    const { slot, slotState, cell, modelVersion } = await host.join();
    expect({ slot, slotState, cell, modelVersion }).toEqual({ slot: 0, slotState: 1, cell: 2, modelVersion: 7 });
    expect(await host.model({ name: 'MODEL_CONFIRM', transfer: 1, verdict: 1 })).toMatchObject({ status: 3 });
    await device.kill();

    const again = start(target, host, { flash: dir, values: valuesIn(dir, 30), every: 50 });
    expect(await host.join()).toMatchObject({ slot: 0, slotState: 2, modelVersion: 7, bootCount: 2 });
    host.tellTime(timeMs);
    await again.tells('drained');
    const told = () => host.forecasts.findLast(({ sequence }) => sequence === 30);
    await eventually('the forecast of the last reading', () => told() !== undefined);
    expect(told()).toMatchObject({ horizon: 6, levels: [1000, 5000, 9000] });
    expect(Math.abs(told()!.values[0][1] - 20)).toBeLessThan(10);

    const state = await host.state(0);
    expect(state).toMatchObject({ sequence: 30 });
    expect(await host.setState(state)).toBe(1);
    expect(await host.setState({ ...state, model: '0000000000000000' })).toBe(2);
    expect(await host.setState({ ...state, crc32: 0 })).toBe(4);
    expect((await host.state(0)).data).toEqual(state.data);
  });
});

/** Pushes `second` and kills the device at step `at`; returns whether the push had come to its end. */
async function killedAt(target: string, host: TestHost, dir: string, at: number): Promise<boolean> {
  const device = start(target, host, { flash: dir, count: 0 });
  await host.join();
  let isOver = true;
  await host
    .push(second, 8, 2, async (step) => {
      if (step !== at) return;
      isOver = false;
      await device.kill();
    })
    .catch(() => {});
  await device.kill();
  return isOver;
}

it.each(['posix', 'm3'])('the device, %s, killed at a chunk of a push, boots a valid slot', async (target) => {
  const steps = killsAll
    ? Array.from({ length: 20 }, (_, i) => i)
    : target === 'posix'
      ? [0, 3, 9, 10, 11]
      : [4, 10, 11];
  for (const at of steps) {
    const dir = newDir();
    const host = await newHost();
    const device = start(target, host, { flash: dir, count: 0 });
    await host.join();
    expect(await host.push(first, 7, 1)).toBe(2);
    await host.model({ name: 'MODEL_CONFIRM', transfer: 1, verdict: 1 });
    await device.kill();
    const isOver = await killedAt(target, host, dir, at);
    const rebooted = start(target, host, { flash: dir, count: 0 });
    expect(await versionOf(host), `killed at step ${at}`).toBe(isOver ? 8 : 7);
    if (!isOver) expect(await host.push(second, 8, 3)).toBe(2);
    await rebooted.kill();
    if (isOver) break;
  }
});

it('a power cut in the middle of any write to the flash leaves a valid slot', async () => {
  const dir = newDir();
  const host = await newHost();
  const before = start('posix', host, { flash: dir, count: 0 });
  await host.join();
  expect(await host.push(first, 7, 1)).toBe(2);
  await host.model({ name: 'MODEL_CONFIRM', transfer: 1, verdict: 1 });
  await before.kill();
  const operations = 1 + Math.ceil(second.length / 16) + 2; // erase, units, head, record
  const cuts = killsAll ? Array.from({ length: operations }, (_, i) => i + 1) : [1, 40, operations - 1, operations];
  for (const cut of cuts) {
    const device = start('posix', host, { flash: dir, count: 0, cut });
    await host.join();
    await expect(host.push(second, 8, 100 + cut)).rejects.toThrow('gone');
    expect(await device.exit).toBe(9);
    const rebooted = start('posix', host, { flash: dir, count: 0 });
    expect(await versionOf(host), `cut at ${cut}`).toBe(7);
    await rebooted.kill();
  }
});
