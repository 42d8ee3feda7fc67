/**
 * Rebuilds the shipped models: `npm run models [-- NAME…] [--check] [--out DIR]`. With --check nothing is written: the exit code
 * says whether the committed files are what the recipe makes.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildStepModel } from '../src/nn/buildStepModel.js';
import { encodeModel } from '../src/onnx/codec.js';
import { type BaseModel, baseModels } from './baseModels.js';
import { trainModel } from './trainModel.js';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean' }, out: { type: 'string' }, steps: { type: 'string' }, seed: { type: 'string' } },
});
const folder = flags.out ?? fileURLToPath(new URL('../models', import.meta.url));

async function rebuild(base: BaseModel): Promise<boolean> {
  const { name } = base.metadata;
  const file = join(folder, `${name}.onnx`);
  const started = performance.now();
  const write = async (bytes: Uint8Array): Promise<void> => {
    await mkdir(folder, { recursive: true });
    await writeFile(`${file}.part`, bytes, { flush: true });
    await rename(`${file}.part`, file);
  };
  let sum = 0;
  const weights = await trainModel(base, ({ step, loss, norm }) => {
    sum += loss;
    if (step % 100 > 0) return;
    const seconds = Math.round((performance.now() - started) / 1000);
    const mean = (sum / 100).toFixed(4);
    process.stderr.write(
      `${name} step ${step}/${base.trainingSteps} loss ${mean} norm ${norm.toFixed(3)} ${seconds} s\n`,
    );
    sum = 0;
  });
  const bytes = encodeModel(buildStepModel(base.architecture, weights, { metadata: base.metadata }));
  if (!flags.check) {
    await write(bytes);
    process.stdout.write(`${name}: ${bytes.length} bytes written\n`);
    return true;
  }
  const committed = await readFile(file).catch(() => Buffer.alloc(0));
  const same = committed.equals(bytes);
  process.stdout.write(`${name}: ${same ? 'as committed' : 'DIFFERS from the committed file'}\n`);
  return same;
}

const unknown = positionals.filter((name) => !baseModels.some(({ metadata }) => metadata.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `no such model: ${unknown.join(', ')}; there are ${baseModels.map((m) => m.metadata.name).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  for (const base of baseModels) {
    if (positionals.length > 0 && !positionals.includes(base.metadata.name)) continue;
    const trainingSteps = flags.steps === undefined ? base.trainingSteps : Number(flags.steps);
    const seed = flags.seed === undefined ? base.seed : Number(flags.seed);
    if (!(await rebuild({ ...base, trainingSteps, seed }))) process.exitCode = 1;
  }
}
