// Builds the simulated devices into a cache folder and prints, as JSON, where each binary lies:
//   node firmware-bridge/sim/build.mjs posix [asan] [m3] [m4f]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
  m3: mps2('an385', ['-mcpu=cortex-m3']),
  m4f: mps2('an386', ['-mcpu=cortex-m4', '-mfloat-abi=hard', '-mfpu=fpv4-sp-d16']),
};

const sources = (folder, keep) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.c') && keep(name))
    .sort()
    .map((name) => join(folder, name));

/** Builds the device for a target unless the very same sources were built before; returns the path of the binary. */
export function buildDevice(name) {
  const target = targets[name];
  if (target === undefined) throw new TypeError(`build: no target ${name}; there are ${Object.keys(targets)}`);
  const files = [
    ...sources(device, () => true),
    ...['device.c', 'flash.c', 'options.c', ...target.port].map((f) => join(here, 'src', f)),
  ];
  const headers = [device, join(here, 'src')].flatMap((folder) =>
    readdirSync(folder).map((file) => join(folder, file)),
  );
  const hash = createHash('sha256').update(JSON.stringify(target));
  for (const file of headers.sort()) hash.update(file).update(readFileSync(file));
  const folder = join(process.env.STEPCAST_SIM_CACHE ?? join(tmpdir(), 'stepcast-sim'), name);
  const binary = join(folder, `device-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  const partial = `${binary}.${process.pid}`;
  const args = [...target.flags, `-I${device}`, ...files, ...target.libraries, '-o', partial];
  const run = spawnSync(target.compiler, args, { encoding: 'utf8' });
  if (run.error) throw new Error(`build: ${target.compiler} is needed: ${run.error.message}`);
  if (run.status !== 0) throw new Error(`build: ${name}\n${run.stderr}`);
  renameSync(partial, binary);
  return binary;
}

/**
 * Program and arguments of a device of target `name` on a line of QEMU's (`tcp:127.0.0.1:0,…`, `pty`) or, for the POSIX
 * builds, of the device's own (`--pty PATH`); `options` as README.md has them.
 */
export function deviceCommand(name, line, options) {
  const binary = buildDevice(name);
  const { board } = targets[name];
  if (board === undefined) return { program: binary, args: [...line, ...options] };
  const semihosting = ['device', ...options].map((option) => `arg=${option.replaceAll(',', ',,')}`).join(',');
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
