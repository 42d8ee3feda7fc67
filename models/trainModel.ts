import { createGraphRunner } from '../src/inference/graphRunner.js';
import { initialWeights } from '../src/nn/architectureParameters.js';
import { buildStepModel } from '../src/nn/buildStepModel.js';
import { pinball } from '../src/nn/losses/pinball.js';
import { adam } from '../src/nn/optimisers/adam.js';
import { cosine } from '../src/nn/schedules/cosine.js';
import { warmUp } from '../src/nn/schedules/warmUp.js';
import { Random } from '../src/series/random.js';
import { Trainer } from '../src/training/trainer.js';
import { type RunReport, TrainingRun, type WeightData } from '../src/training/trainingRun.js';
import type { BaseModel } from './baseModels.js';
import { TrainingStreams } from './trainingStreams.js';

const steps = 96;
const batch = 32;
const warmUpSteps = 200;

export interface TrainModelOptions {
  readonly report: (report: RunReport) => void;
  readonly saveEvery?: number; // steps
  readonly save?: (checkpoint: Uint8Array) => void;
  readonly resume?: Uint8Array; // what `save` was given
}

/** Trains a base model on its synthetic prior. The same specification gives the same weights, bit for bit, interrupted or not. */
export async function trainModel(
  { architecture, metadata, seed, trainingSteps, peakRate }: BaseModel,
  { report, saveEvery = 500, save, resume }: TrainModelOptions,
): Promise<WeightData> {
  const random = new Random(seed);
  const step = buildStepModel(architecture, initialWeights(architecture, random), { metadata });
  const { horizon, levels } = architecture;
  const source = new TrainingStreams({ random, features: metadata.features, horizon, steps, batch });
  const falling = cosine({ steps: Math.max(1, trainingSteps - warmUpSteps), floor: 0.01 });
  const run = new TrainingRun(
    {
      ...{ name: metadata.name, steps: trainingSteps, rate: peakRate, evaluateEvery: trainingSteps },
      schedule: warmUp({ steps: warmUpSteps, from: 1 / warmUpSteps }, falling),
    },
    (rate) =>
      new Trainer({
        ...{ step, source, loss: pinball(levels), lossOn: 'every', optimiser: adam(), clipNorm: 1, rate },
        ...{ random: new Random(seed), openGraph: createGraphRunner },
      }),
  );
  const about = JSON.stringify({ name: metadata.name, seed, trainingSteps, peakRate, architecture });
  if (resume) {
    if (run.load(resume) !== about) throw new RangeError(`trainModel: the checkpoint is not of this ${metadata.name}`);
  }
  const { weights } = await run.run((each) => {
    report(each);
    if (each.step % saveEvery === 0) save?.(run.save(about));
    return undefined;
  });
  await run.trainer.release();
  return weights;
}
