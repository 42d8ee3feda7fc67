// Builds the simulated devices into a cache folder and prints, as JSON, where each binary lies:
//   node firmware-bridge/sim/build.mjs posix [asan] [m3] [m4f]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goldenVectors } from '../device/test/goldenVectors.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const device = join(here, '../device/src');
const strict = ['-std=c99', '-O2', '-g', '-Wall', '-Wextra', '-Werror', '-pedantic', '-ffp-contract=off'];
/** Firmware for QEMU; the compiler's own headers are not pedantic about `bkpt`, `wfi` and function pointers in a table. */
const mps2 = (board, processor) => ({
  compiler: 'arm-none-eabi-gcc',
  board,
  flags: [
    ...[...processor, '-mthumb', ...strict.filter((flag) => flag !== '-std=c99'), '-std=gnu99', '-Wno-pedantic'],
    ...['-ffunction-sections', '-fdata-sections', '-Wl,--gc-sections', '-nostartfiles', '-u', '_printf_float'],
    ...['--specs=nano.specs', '--specs=rdimon.specs', '-T', join(here, 'src/mps2.ld')],
  ],
  port: ['mps2.c'],
  libraries: ['-lm'],
});
const targets = {
  posix: { compiler: 'gcc', flags: [...strict], port: ['posix.c'], libraries: ['-lm'] },
  asan: {
    compiler: 'gcc',
    flags: [...strict, '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
    port: ['posix.c'],
    libraries: ['-lm'],
  },
  coverage: {
    compiler: 'gcc',
    flags: [...strict.filter((flag) => flag !== '-O2'), '-O0', '--coverage'],
    port: ['posix.c'],
    libraries: ['-lm'],
  },
  m3: mps2('an385', ['-mcpu=cortex-m3']),
  m4f: mps2('an386', ['-mcpu=cortex-m4', '-mfloat-abi=hard', '-mfpu=fpv4-sp-d16']),
};

const filesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(folder, name))
    .sort();

const simulation = join(here, 'src');
const tests = join(here, '../device/test');

/** What a program is made of beside the device library and the port. */
const programs = {
  device: { sources: ['device.c', 'flash.c', 'options.c'].map((name) => join(simulation, name)) },
  link: { sources: [join(tests, 'link.c')] },
  slots: { sources: [join(tests, 'slots.c')] },
  fuzz: { sources: [join(tests, 'fuzz.c')] },
  failing: { sources: [join(tests, 'failing.c')] },
  forecaster: { sources: [join(tests, 'forecaster.c')] },
  golden: { sources: [join(tests, 'golden.c')], generated: { 'vectors.h': goldenVectors } },
  kernels: { sources: [join(tests, 'kernels.c')] },
};

const inputsOf = (programName) => {
  const { sources, generated = {} } = programs[programName];
  return { sources, texts: Object.entries(generated).map(([name, write]) => [name, write()]) };
};

/** Compiles a program into a folder; what else the compiler writes lies there too. Returns the path of the binary. */
export function compileProgram(targetName, programName, into) {
  const target = targets[targetName];
  const { sources, texts } = inputsOf(programName);
  for (const [file, text] of texts) writeFileSync(join(into, file), text);
  const library = filesIn(device).filter((file) => file.endsWith('.c'));
  const port = target.board || programName === 'device' ? target.port.map((file) => join(simulation, file)) : [];
  const folders = [into, device, simulation].map((folder) => `-I${folder}`);
  const binary = join(into, programName);
  const args = [...target.flags, ...folders, ...sources, ...library, ...port, ...target.libraries, '-o', binary];
  const run = spawnSync(target.compiler, args, { encoding: 'utf8' });
  if (run.error) throw new Error(`build: ${target.compiler} is needed: ${run.error.message}`);
  if (run.status !== 0) throw new Error(`build: ${programName} for ${targetName}\n${run.stderr}`);
  return binary;
}

/** Builds a program for a target unless the very same sources were built before; returns the path of the binary. */
export function buildProgram(targetName, programName) {
  const target = targets[targetName];
  if (target === undefined) throw new TypeError(`build: no target ${targetName}; there are ${Object.keys(targets)}`);
  const hash = createHash('sha256').update(JSON.stringify([target, inputsOf(programName)]));
  for (const file of [device, simulation, tests].flatMap(filesIn)) {
    if (statSync(file).isFile()) hash.update(file).update(readFileSync(file));
  }
  const cache = join(process.env.STEPCAST_SIM_CACHE ?? join(tmpdir(), 'stepcast-sim'), targetName);
  const binary = join(cache, `${programName}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(binary)) return binary;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(`${binary}.`);
  try {
    renameSync(compileProgram(targetName, programName, work), binary);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return binary;
}

export const buildDevice = (targetName) => buildProgram(targetName, 'device');

/**
 * Program and arguments of a device of target `name` on a line of QEMU's (`tcp:127.0.0.1:0,…`, `pty`) or, for the POSIX
 * builds, of the device's own (`--pty PATH`); `options` as README.md has them.
 */
export const deviceCommand = (name, line, options) => programCommand(name, 'device', line, options);

export function programCommand(name, program, line, options) {
  const binary = buildProgram(name, program);
  const { board } = targets[name];
  if (board === undefined) return { program: binary, args: [...line, ...options] };
  const semihosting = [program, ...options].map((option) => `arg=${option.replaceAll(',', ',,')}`).join(',');
  const args = ['-M', `mps2-${board}`, '-nographic', '-monitor', 'none', '-kernel', binary, '-serial', ...line];
  return {
    program: 'qemu-system-arm',
    args: [...args, '-semihosting-config', `enable=on,target=native,${semihosting}`],
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.length > 2 ? process.argv.slice(2) : ['posix'];
  console.log(JSON.stringify(Object.fromEntries(names.map((name) => [name, buildDevice(name)]))));
}
