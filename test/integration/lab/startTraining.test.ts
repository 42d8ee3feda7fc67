import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backtest } from '../../../src/backtest/backtest.js';
import { jobOf, type TrainFlags } from '../../../src/cli/trainFlags.js';
import { loadModel } from '../../../src/inference/loadModel.js';
import { readCheckpoint } from '../../../src/lab/readCheckpoint.js';
import { startTraining } from '../../../src/lab/startTraining.js';
import type { TrainJob } from '../../../src/lab/trainJob.js';
import { bundle } from '../../support/bundle.js';
import { labelledTable, seasonalTable } from '../../support/tables.js';

const folder = mkdtempSync(join(tmpdir(), 'stepcast-lab-'));
let workerUrl: URL;
let seasonal = '';
beforeAll(async () => {
  workerUrl = pathToFileURL(await bundle('src/lab/trainingWorker.ts'));
  seasonal = seasonalTable(folder, 900);
});
afterAll(() => rmSync(folder, { recursive: true }));

const plain: TrainFlags = {
  ...{ cadence: 0, season: 0, holdOut: 0.2, task: 'many-to-many', target: 'change' },
  ...{ hidden: 8, layers: 1, activation: 'tanh', headActivation: 'none', norm: 'none', attention: 'none', dropout: 0 },
  ...{ optimizer: 'adam', lr: 0.01, schedule: 'cosine', batch: 8, evaluateEvery: 10, seed: 1, bptt: 24, steps: 30 },
};
const job = (flags: Partial<TrainFlags> = {}, cell: TrainJob['cell'] = 'gru', file = seasonal): TrainJob =>
  jobOf('train', [file], cell, 'small.onnx', { ...plain, ...flags });
const train = (order: Omit<Parameters<typeof startTraining>[0], 'workerUrl'>) => startTraining({ ...order, workerUrl });

describe('training', () => {
  it('makes a model that learned, and that the pipeline runs unchanged', async () => {
    const { trained, model } = await train({ job: job({ steps: 150 }) });
    expect(trained).toMatchObject({ ended: 'steps', steps: 150, skipped: 0, cell: 'gru' });
    expect(trained.answers.mae! / trained.answers.maeOfNothing!).toBeLessThan(0.6);
    const file = join(folder, 'learned.onnx');
    writeFileSync(file, model);
    const options = {
      values: [],
      cadenceMs: 0,
      horizon: 24,
      season: 0,
      modelsDir: 'models',
      protocol: 'single',
    } as const;
    const [result] = await backtest({ ...options, file: seasonal, models: [file] });
    expect(result.model).toBe('small@1');
    expect(result.columns.y.skill.persistence).toBeGreaterThan(0.4);
  });

  it('gives the same bytes for the same job', async () => {
    const [first, second] = [await train({ job: job({ dropout: 0.2 }) }), await train({ job: job({ dropout: 0.2 }) })];
    expect(second.trained).toEqual(first.trained);
    expect(Buffer.from(second.model).equals(Buffer.from(first.model))).toBe(true);
  });

  it.each<[string, Partial<TrainFlags>]>([
    ['streams, dropout and plateau', { dropout: 0.3, layers: 2, schedule: 'plateau', norm: 'batch' }],
    ['a decoder with scheduled sampling', { task: 'encoder-decoder', horizon: 6 }],
  ])('goes on from a checkpoint bit for bit: %s', async (name, flags) => {
    const checkpoint = join(folder, `${name}.checkpoint`);
    const whole = await train({ job: job(flags) });
    const signal = AbortSignal.abort(); // it stops after every step
    const stopped = await train({ job: job(flags), checkpoint, out: 'x.onnx', signal });
    expect(stopped.trained).toMatchObject({ ended: 'stopped', steps: 1 });
    const { about } = readCheckpoint(checkpoint);
    expect(about).toMatchObject({ out: 'x.onnx', job: { name: 'small' } });
    for (let step = 2; step <= 4; step++) {
      const { trained } = await train({ job: about.job, checkpoint, resume: checkpoint, signal });
      expect(trained.steps).toBe(step);
    }
    const resumed = await train({ job: about.job, checkpoint, resume: checkpoint });
    expect(resumed.trained).toEqual(whole.trained);
    expect(Buffer.from(resumed.model).equals(Buffer.from(whole.model))).toBe(true);
  });

  it('refuses to go on with other data', async () => {
    const file = seasonalTable(folder, 600, 'changing.csv');
    const checkpoint = join(folder, 'changing.checkpoint');
    const stop = new AbortController();
    stop.abort();
    await train({ job: job({}, 'gru', file), checkpoint, signal: stop.signal });
    writeFileSync(file, readFileSync(file, 'utf8').replace(/,(\d)/, ',1$1'));
    await expect(train({ job: job({}, 'gru', file), checkpoint, resume: checkpoint })).rejects.toMatchObject({
      code: 'CHECKPOINT_INVALID',
      message: 'the data files have changed since',
    });
  });

  it.each(['pad', 'bucket', 'variable'] as const)(
    'tells classes of sequences of unequal length apart: %s',
    async (batching) => {
      const file = labelledTable(folder, 120);
      const flags = {
        task: 'many-to-one',
        sequence: 'run',
        label: 'kind',
        bptt: undefined,
        batching,
        epochs: 12,
      } as const;
      const { trained, model } = await train({
        job: job({ ...flags, steps: undefined, patience: 'off' }, 'gru', file),
      });
      expect(trained.lossName).toBe('cross-entropy');
      expect(trained.answers.accuracyOfNothing).toBeLessThan(0.7);
      expect(trained.answers.accuracy).toBeGreaterThan(0.9);
      expect(trained.paddedShare > 0).toBe(batching !== 'variable');
      writeFileSync(join(folder, `${batching}.onnx`), model);
    },
  );

  it('says which model answers with classes, where forecasts are wanted', async () => {
    const path = join(folder, 'bucket.onnx');
    if (!existsSync(path)) throw new Error('the test before it writes that model');
    await expect(loadModel(path)).rejects.toMatchObject({
      code: 'MODEL_CONTRACT',
      message: expect.stringContaining('answers with classes'),
    });
  });

  it('ends with a clear error when it diverges, and keeps the last good weights', async () => {
    const checkpoint = join(folder, 'diverged.checkpoint');
    const wild = job({ optimizer: 'sgd', lr: 1e30, clipNorm: 'off', schedule: 'constant', loss: 'mse' });
    await expect(train({ job: wild, checkpoint })).rejects.toMatchObject({ code: 'TRAINING_DIVERGED' });
    expect(readCheckpoint(checkpoint).about.job.rate).toBe(1e30);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
