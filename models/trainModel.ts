import { createGraphRunner } from '../src/inference/graphRunner.js';
import { horizonWeights } from '../src/lab/learningPlan.js';
import { initialWeights } from '../src/nn/architectureParameters.js';
import { buildStepModel } from '../src/nn/buildStepModel.js';
import { pinball } from '../src/nn/losses/pinball.js';
import { adam } from '../src/nn/optimisers/adam.js';
import { cosine } from '../src/nn/schedules/cosine.js';
import { warmUp } from '../src/nn/schedules/warmUp.js';
import { Random } from '../src/series/random.js';
import { HeldOut } from '../src/training/heldOut.js';
import { StreamSource } from '../src/training/streamSource.js';
import { Trainer } from '../src/training/trainer.js';
import { type RunReport, TrainingRun, type WeightData } from '../src/training/trainingRun.js';
import type { BaseModel } from './baseModels.js';
import { medianLoss } from './medianLoss.js';
import type { Prior } from './prior.js';

const [steps, batch, lookback] = [96, 32, 960];
const warmUpSteps = 200;
const evaluateEvery = 500;

export interface TrainModelOptions {
  readonly report: (report: RunReport) => void;
  readonly saveEvery?: number; // steps
  readonly save?: (checkpoint: Uint8Array) => void;
  readonly resume?: Uint8Array; // what `save` was given
}

/**
 * Trains a base model on series of the prior, and takes the weights that forecast the others best. The same specification and
 * series give the same weights, bit for bit, interrupted or not.
 */
export async function trainModel(
  { architecture, metadata, seed, trainingSteps, peakRate }: BaseModel,
  { learned, judged }: Prior,
  { report, saveEvery = 500, save, resume }: TrainModelOptions,
): Promise<WeightData> {
  const random = new Random(seed);
  const step = buildStepModel(architecture, initialWeights(architecture, random), { metadata });
  const weighed = { horizonWeights: horizonWeights(metadata.horizon), batch };
  const learning = { step, loss: pinball(metadata.levels), openGraph: createGraphRunner };
  const source = new StreamSource({ ...weighed, sequences: learned, steps, lookback, random });
  const heldOut = new HeldOut({ ...learning, ...weighed, sequences: judged });
  const falling = cosine({ steps: Math.max(1, trainingSteps - warmUpSteps), floor: 0.01 });
  const run = new TrainingRun(
    {
      ...{ name: metadata.name, steps: trainingSteps, rate: peakRate, evaluateEvery },
      schedule: warmUp({ steps: warmUpSteps, from: 1 / warmUpSteps }, falling),
      evaluate: (weights) => medianLoss(heldOut, weights, metadata.levels),
    },
    (rate) =>
      new Trainer({
        ...{ ...learning, source, lossOn: 'every', optimiser: adam(), clipNorm: 1, rate },
        random: new Random(seed),
      }),
  );
  const about = JSON.stringify({ name: metadata.name, seed, trainingSteps, peakRate, architecture });
  if (resume && run.load(resume) !== about)
    throw new RangeError(`trainModel: the checkpoint is not of this ${metadata.name}`);
  const { weights } = await run.run((each) => {
    report(each);
    if (each.step % saveEvery === 0) save?.(run.save(about));
    return undefined;
  });
  await run.trainer.release();
  await heldOut.release();
  return weights;
}
