import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { measure, targets } from '../../../firmware-bridge/device/sizes.mjs';
import { programCommand } from '../../../firmware-bridge/sim/build.mjs';
import { deviceExport } from '../../../src/lab/deviceExport.js';
import { workDirs } from '../crash/support/workDir.js';
import { linesNotRun } from './support/linesNotRun.js';

/** STEPCAST_FUZZ_FRAMES=10000000 is the whole of it. */
const fuzzFrames = Number(process.env.STEPCAST_FUZZ_FRAMES ?? 200_000);

const newDir = workDirs();

/** A GRU of PyTorch's as a device has it. */
async function blobFile(): Promise<string> {
  const options = { kind: 'int8', values: [], cadenceMs: 0, season: 0 } as const;
  const { bytes } = await deviceExport({ file: 'test/fixtures/torchGru.onnx', ...options });
  const file = join(newDir(), 'gru.blob');
  writeFileSync(file, bytes);
  return file;
}

interface Outcome {
  readonly checks: number;
  readonly failures: number;
  readonly said: string;
}

/** What a program of firmware-bridge/device/test counts; a failure names itself on standard error. */
async function outcomeOf(target: string, program: string, ...options: string[]): Promise<Outcome> {
  const onQemu = target.startsWith('m');
  const command = programCommand(target, program, onQemu ? ['null'] : [], options);
  const { stdout, stderr } = await promisify(execFile)(command.program, command.args);
  return { ...JSON.parse(stdout), said: stderr };
}

it('the golden vectors are equal on POSIX, Cortex-M3 and Cortex-M4F, bit for bit', async () => {
  const native = await outcomeOf('asan', 'golden');
  expect(native.checks).toBeGreaterThan(2_000);
  for (const target of ['posix', 'm3', 'm4f'])
    expect(await outcomeOf(target, 'golden'), target).toMatchObject({ checks: native.checks, failures: 0 });
});

it('a reading is kept until it is committed, dropped by the rule, sent again when something is lost', async () => {
  const { checks, failures } = await outcomeOf('asan', 'link');
  expect(failures).toBe(0);
  expect(checks).toBeGreaterThan(100);
});

it('a valid slot runs wherever the power goes or the flash fails during a model push', async () => {
  const { checks, failures } = await outcomeOf('asan', 'slots');
  expect(failures).toBe(0);
  expect(checks).toBeGreaterThan(10_000);
});

it('frames of all kinds, sound and spoilt, are no danger under sanitizers', async () => {
  const { failures, said } = await outcomeOf('asan', 'fuzz', String(fuzzFrames), '1');
  expect(failures).toBe(0);
  console.log(said.trim());
});

it('a reading with any one bit flipped on the line is none', async () => {
  const { failures, said } = await outcomeOf('posix', 'flips', '2000');
  expect(failures).toBe(0);
  console.log(said.trim());
});

it('a check that does not hold is reported, and ends in failure', async () => {
  await expect(outcomeOf('posix', 'failing')).rejects.toThrow(/failing.c:5: 1 \+ 1 == 3/);
  await expect(outcomeOf('m3', 'failing')).rejects.toThrow(/failing.c:5: 1 \+ 1 == 3/);
});

it('a model forecasts on the device as the network alone does; a state moves from one device to another', async () => {
  const { checks, failures } = await outcomeOf('asan', 'forecaster', await blobFile());
  expect(failures).toBe(0);
  expect(checks).toBeGreaterThan(100);
});

it('no line of the library is left out', async () => {
  const notRun = linesNotRun(newDir(), { golden: [], link: [], slots: [], forecaster: [await blobFile()] });
  expect(notRun).toEqual([]);
});

describe.each(Object.keys(targets))('the library for %s', (name) => {
  it('compiles as strictly as a compiler can, and its examples fit into the processor', () => {
    const { flash = 65_536, ram = 8_192 } = targets[name];
    const { line, examples } = measure(name);
    expect(line).toBeLessThan(12_000);
    for (const [example, taken] of Object.entries(examples)) {
      expect(taken.flash, example).toBeLessThan(flash);
      expect(taken.ram, example).toBeLessThan(ram);
    }
  });
});

it('the manifests of Arduino and PlatformIO say the same', () => {
  execFileSync(process.execPath, ['firmware-bridge/device/libraryJson.mjs', '--check']);
});

it('the golden vectors are what their script writes', () => {
  execFileSync('python3', ['firmware-bridge/protocol/golden.py', '--check']);
});
