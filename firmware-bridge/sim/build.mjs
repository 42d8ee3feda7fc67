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
const targets = {
  posix: { compiler: 'gcc', flags: [...strict], port: ['posix.c'], libraries: ['-lm'] },
  asan: {
    compiler: 'gcc',
    flags: [...strict, '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
    port: ['posix.c'],
    libraries: ['-lm'],
  },
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
    ...['device.c', 'options.c', ...target.port].map((f) => join(here, 'src', f)),
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.length > 2 ? process.argv.slice(2) : ['posix'];
  console.log(JSON.stringify(Object.fromEntries(names.map((name) => [name, buildDevice(name)]))));
}
