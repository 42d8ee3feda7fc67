import { createGraphRunner, type FloatArray } from '../src/inference/graphRunner.js';
import { architectureParameters, initialWeights, stateNames } from '../src/nn/architectureParameters.js';
import { buildStepModel } from '../src/nn/buildStepModel.js';
import { pinball } from '../src/nn/losses/pinball.js';
import { adam } from '../src/nn/optimisers/adam.js';
import type { Weights } from '../src/nn/parameter.js';
import { stateInput, trainingGraph } from '../src/nn/trainingGraph.js';
import { encodeModel } from '../src/onnx/codec.js';
import { Random } from '../src/series/random.js';
import type { BaseModel } from './baseModels.js';
import { TrainingStreams } from './trainingStreams.js';

const steps = 96;
const batch = 32;
const warmUpSteps = 200;

export interface Progress {
  readonly step: number;
  readonly loss: number;
  readonly norm: number; // of the gradient, before the clip
}

/** Trains a base model on its synthetic prior. The same specification gives the same weights, bit for bit. */
export async function trainModel(
  { architecture, metadata, seed, trainingSteps, peakRate }: BaseModel,
  report: (progress: Progress) => void,
): Promise<Weights> {
  const random = new Random(seed);
  const { horizon, hiddenSize, inputSize } = architecture;
  const initial = initialWeights(architecture, random);
  const training = trainingGraph({
    step: buildStepModel(architecture, initial, { metadata }),
    steps,
    batch,
    loss: pinball(architecture.levels),
    lossOn: 'every',
    optimiser: adam(),
    clipNorm: 1,
  });
  const runner = await createGraphRunner(encodeModel(training.model));
  const streams = new TrainingStreams({ random, features: metadata.features, horizon, steps, batch });
  const rows = steps * batch;
  const feeds: Record<string, FloatArray> = {
    x: { data: streams.x, dims: [rows, inputSize] },
    target: { data: streams.target, dims: [rows, horizon] },
    weight: { data: streams.weight, dims: [rows, horizon] },
  };
  for (const { name, dims, data } of training.weights) feeds[name] = { data, dims };
  for (const { name, dims } of training.slots) {
    feeds[name] = { data: new Float32Array(dims.reduce((size, dim) => size * dim, 1)), dims };
  }
  const states = stateNames(architecture).map(stateInput);
  for (const name of states) feeds[name] = { data: new Float32Array(batch * hiddenSize), dims: [batch, hiddenSize] };
  const carried = Object.keys(feeds).filter((name) => !['x', 'target', 'weight'].includes(name));
  for (let step = 1; step <= trainingSteps; step++) {
    for (const b of streams.next()) {
      for (const name of states) feeds[name].data.fill(0, b * hiddenSize, (b + 1) * hiddenSize);
    }
    feeds.rate = scalar(peakRate * schedule(step, trainingSteps));
    feeds.t = scalar(step);
    const results = await runner.run(feeds);
    for (const name of carried) feeds[name] = results[`${name}_next`];
    report({ step, loss: results.loss.data[0], norm: results.norm.data[0] });
  }
  await runner.release();
  return Object.fromEntries(architectureParameters(architecture).map(({ name }) => [name, feeds[name].data]));
}

/** Linear warm-up, then half a cosine down to a hundredth. */
function schedule(step: number, total: number): number {
  if (step < warmUpSteps) return step / warmUpSteps;
  return 0.01 + 0.99 * 0.5 * (1 + Math.cos((Math.PI * (step - warmUpSteps)) / (total - warmUpSteps)));
}

const scalar = (value: number): FloatArray => ({ data: new Float32Array([value]), dims: [] });
