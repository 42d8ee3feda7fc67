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
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
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
    flags: [...strict, '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
    port: ['posix.c'],
    libraries: ['-lm'],
  },
  coverage: {
    compiler: 'gcc',
    flags: [...strict, '-O0', '--coverage'],
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
  flips: { sources: [join(tests, 'flips.c')] },
  golden: { sources: [join(tests, 'golden.c')], generated: { 'vectors.h': goldenVectors } },
  kernels: { sources: [join(tests, 'kernels.c')] },
};

const inputsOf = (programName) => {
  const { sources, generated = {} } = programs[programName];
  return { sources, texts: Object.entries(generated).map(([name, write]) => [name, write()]) };
};

function compile(target, args, folder, what) {
  const run = spawnSync(target.compiler, [...target.flags, ...args], { cwd: folder, encoding: 'utf8' });
  if (run.error) throw new Error(`build: ${target.compiler} is needed: ${run.error.message}`);
  if (run.status !== 0) throw new Error(`build: ${what}\n${run.stderr}`);
}

/** Compiles the device library into a folder; returns its objects. */
export function compileLibrary(targetName, into) {
  const files = filesIn(device).filter((file) => file.endsWith('.c'));
  compile(targets[targetName], ['-c', ...files], into, `the library for ${targetName}`);
  return files.map((file) => join(into, basename(file).replace(/c$/, 'o')));
}

/** Compiles a program into a folder and links it with the objects of the library; returns the path of the binary. */
export function compileProgram(targetName, programName, into, objects) {
  const target = targets[targetName];
  const { sources, texts } = inputsOf(programName);
  for (const [file, text] of texts) writeFileSync(join(into, file), text);
  const port = target.board || programName === 'device' ? target.port.map((file) => join(simulation, file)) : [];
  const folders = [into, device, simulation].map((folder) => `-I${folder}`);
  const args = [...folders, ...sources, ...objects, ...port, ...target.libraries, '-o', programName];
  compile(target, args, into, `${programName} for ${targetName}`);
  return join(into, programName);
}

const hashOf = (what, files) => {
  const hash = createHash('sha256').update(JSON.stringify(what));
  for (const file of files) hash.update(file).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
};

/** Makes something in a folder of its own and moves it to `path` at once, unless it is there. */
function made(path, make) {
  if (existsSync(path)) return path;
  const work = mkdtempSync(`${path}.`);
  try {
    renameSync(make(work), path);
  } catch (error) {
    if (!existsSync(path)) throw error; // another process was quicker
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return path;
}

/** Builds a program for a target unless the very same sources were built before; returns the path of the binary. */
export function buildProgram(targetName, programName) {
  const target = targets[targetName];
  if (target === undefined) throw new TypeError(`build: no target ${targetName}; there are ${Object.keys(targets)}`);
  const cache = join(process.env.STEPCAST_SIM_CACHE ?? join(tmpdir(), 'stepcast-sim'), targetName);
  mkdirSync(cache, { recursive: true });
  const library = join(cache, `library-${hashOf(target, filesIn(device))}`);
  const all = [device, simulation, tests].flatMap(filesIn);
  return made(join(cache, `${programName}-${hashOf([target, inputsOf(programName)], all)}`), (work) => {
    made(library, (folder) => {
      compileLibrary(targetName, folder);
      return folder;
    });
    const objects = filesIn(library).filter((file) => file.endsWith('.o'));
    return compileProgram(targetName, programName, work, objects);
  });
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
