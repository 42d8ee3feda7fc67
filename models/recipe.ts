/**
 * Rebuilds the shipped models: `npm run models [-- NAME…] [--check] [--out DIR] [--resume]`. With --check nothing is written: the
 * exit code says whether the committed files are what the recipe makes. NAME.checkpoint is written on the way; --resume goes on
 * from it, and ends in the same bytes.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildStepModel } from '../src/nn/buildStepModel.js';
import { encodeModel } from '../src/onnx/codec.js';
import type { RunReport } from '../src/training/trainingRun.js';
import { writeDurably } from '../src/writeDurably.js';
import { type BaseModel, baseModels, priorSize } from './baseModels.js';
import { drawPrior, type Prior } from './prior.js';
import { trainModel } from './trainModel.js';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: 'boolean' },
    out: { type: 'string' },
    resume: { type: 'boolean' },
    steps: { type: 'string' },
    seed: { type: 'string' },
  },
});
const folder = flags.out ?? fileURLToPath(new URL('../models', import.meta.url));

async function rebuild(base: BaseModel, prior: Prior): Promise<boolean> {
  const { name } = base.metadata;
  const file = join(folder, `${name}.onnx`);
  const started = performance.now();
  const checkpoint = join(folder, `${name}.checkpoint`);
  if (!flags.check) mkdirSync(folder, { recursive: true });
  let sum = 0;
  const report = ({ step, loss, norm, heldOut }: RunReport): void => {
    sum += loss;
    if (step % 100 > 0) return;
    const seconds = Math.round((performance.now() - started) / 1000);
    const mean = (sum / 100).toFixed(4);
    const judged = heldOut === undefined ? '' : ` left over ${heldOut.toFixed(4)}`;
    process.stderr.write(
      `${name} step ${step}/${base.trainingSteps} loss ${mean} norm ${norm.toFixed(3)}${judged} ${seconds} s\n`,
    );
    sum = 0;
  };
  const weights = await trainModel(base, prior, {
    report,
    save: flags.check ? undefined : (bytes) => writeDurably(checkpoint, bytes),
    resume: flags.resume && existsSync(checkpoint) ? readFileSync(checkpoint) : undefined,
  });
  const bytes = encodeModel(buildStepModel(base.architecture, weights, { metadata: base.metadata }));
  if (!flags.check) {
    writeDurably(file, bytes);
    rmSync(checkpoint, { force: true });
    process.stdout.write(`${name}: ${bytes.length} bytes written\n`);
    return true;
  }
  const same = existsSync(file) && readFileSync(file).equals(bytes);
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
  const prior = drawPrior(priorSize, baseModels[0].metadata);
  for (const base of baseModels) {
    if (positionals.length > 0 && !positionals.includes(base.metadata.name)) continue;
    const trainingSteps = flags.steps === undefined ? base.trainingSteps : Number(flags.steps);
    const seed = flags.seed === undefined ? base.seed : Number(flags.seed);
    if (!(await rebuild({ ...base, trainingSteps, seed }, prior))) process.exitCode = 1;
  }
}
