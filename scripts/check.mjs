/** Style, types, rings and unit tests, two at a time; a line each, and the output of those that fail. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const steps = [
  ['types', 'tsc', '--noEmit'],
  ['dashboard', 'tsc', '--noEmit', '-p', 'src/dashboard'],
  ['unit tests', 'vitest', 'run', '--project', 'unit', '--reporter', 'dot'],
  ['style', 'biome', 'check', '--error-on-warnings', '.'],
  ['rings', 'depcruise', '--config', '.dependency-cruiser.cjs', 'src'],
];

const run = ([name, program, ...args]) =>
  new Promise((resolve) => {
    const began = performance.now();
    const child = spawn(join(root, 'node_modules/.bin', program), args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => chunks.push(Buffer.from(`${error.message}\n`)));
    child.on('close', (code) => {
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'}  ${name.padEnd(10)} ${seconds.padStart(5)} s`);
      resolve(code === 0 ? undefined : { name, output: Buffer.concat(chunks).toString() });
    });
  });

const waiting = [...steps];
const results = [];
const lane = async () => {
  for (let step = waiting.shift(); step; step = waiting.shift()) results.push(await run(step));
};
await Promise.all([lane(), lane()]);
const failed = results.filter(Boolean);
for (const { name, output } of failed) console.error(`\n── ${name}\n${output.trimEnd()}`);
process.exitCode = failed.length > 0 ? 1 : 0;
