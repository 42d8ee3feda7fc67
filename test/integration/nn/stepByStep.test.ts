import { describe, expect, it } from 'vitest';
import { createGraphRunner, type FloatArray } from '../../../src/inference/graphRunner.js';
import { architecture } from '../../../src/nn/architecture.js';
import { initialWeights } from '../../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../../src/nn/buildStepModel.js';
import { squaredError } from '../../../src/nn/losses/squaredError.js';
import { sgd } from '../../../src/nn/optimisers/sgd.js';
import { type TrainingGraph, trainingGraph } from '../../../src/nn/trainingGraph.js';
import { encodeModel } from '../../../src/onnx/codec.js';
import { Random } from '../../../src/series/random.js';
import { maxDifference } from '../../reference/centralDifference.js';
import { drawnFeeds } from '../../reference/drawnFeeds.js';

type Arrays = Record<string, FloatArray>;
const steps = 4;
const batch = 2200; // steps · batch · gates · hidden size is more than a cache holds

async function run({ model }: TrainingGraph, feeds: Arrays): Promise<Arrays> {
  const runner = await createGraphRunner(encodeModel(model));
  const results = await runner.run(feeds);
  await runner.release();
  return results;
}

/** Half of the rows of every step of [steps·batch, …]. */
function half({ data, dims: [rows, ...rest] }: FloatArray, second: number): FloatArray {
  const size = data.length / (rows / batch) / 2;
  const kept = new Float32Array(data.length / 2);
  for (let t = 0; t < rows / batch; t++)
    kept.set(data.subarray((2 * t + second) * size, (2 * t + second + 1) * size), t * size);
  return { data: kept, dims: [rows / 2, ...rest] };
}

describe('a training step larger than a cache', () => {
  for (const [cell, layers] of [
    ['gru', 1],
    ['lstm', 1],
    ['gru', 2],
  ] as const) {
    it(`${layers} × ${cell}: is made step by step where only the loops read it, and gives the mean gradient of its halves`, async () => {
      const random = new Random(4);
      const network = architecture({ cell, layers, inputSize: 3, hiddenSize: 48, horizon: 2 });
      const step = buildStepModel(network, initialWeights(network, random));
      const options = { step, steps, loss: squaredError, lossOn: 'every', optimiser: sgd(), gradients: true } as const;
      const [whole, part] = [trainingGraph({ ...options, batch }), trainingGraph({ ...options, batch: batch / 2 })];
      const nodes = ({ model }: TrainingGraph): number => model.graph!.node.length;
      expect(nodes(whole)).toBeGreaterThan(nodes(part) + steps);

      const feeds = drawnFeeds(whole, random);
      feeds.weight.data.fill(1);
      for (const { name, data } of whole.weights)
        feeds[name] = { ...feeds[name], data: data.map(() => 0.2 * random.normal()) }; // an untrained head is zero
      const found = await run(whole, feeds);
      const perRow = [...whole.perStep.map(({ name }) => name), ...whole.states.map(({ name }) => `state.${name}`)];
      const halves = [0, 1].map((second) => ({
        ...feeds,
        ...Object.fromEntries([...perRow, 'target', 'weight'].map((name) => [name, half(feeds[name], second)])),
      }));
      const [first, second] = [await run(part, halves[0]), await run(part, halves[1])];
      for (const { name } of whole.weights) {
        const gradient = `d.${name}`;
        const mean = first[gradient].data.map((value, i) => (value + second[gradient].data[i]) / 2);
        const worst = maxDifference(found[gradient].data, mean) / Math.max(...mean.map(Math.abs));
        console.log(`${cell}, ${gradient}: differs by ${worst}`);
        expect(worst).toBeLessThan(2e-5);
      }
    });
  }
});
