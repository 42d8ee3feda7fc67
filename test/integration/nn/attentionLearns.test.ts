import { expect, it } from 'vitest';
import { createGraphRunner, type FloatArray } from '../../../src/inference/graphRunner.js';
import { type Architecture, architecture } from '../../../src/nn/architecture.js';
import { initialWeights } from '../../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../../src/nn/buildStepModel.js';
import { squaredError } from '../../../src/nn/losses/squaredError.js';
import { adam } from '../../../src/nn/optimisers/adam.js';
import { trainingGraph } from '../../../src/nn/trainingGraph.js';
import { encodeModel } from '../../../src/onnx/codec.js';
import { Random } from '../../../src/series/random.js';

const [steps, batch, updates] = [25, 32, 400];

/** The adding problem: of 25 numbers two are marked, one in each half, and their sum is asked for at the end. */
function draw(random: Random, x: Float32Array, target: Float32Array): void {
  x.fill(0);
  target.fill(0);
  for (let b = 0; b < batch; b++) {
    const marked = [random.integer(12), 12 + random.integer(12)];
    for (let t = 0; t < steps; t++) {
      const value = random.uniform();
      const at = (t * batch + b) * 2;
      x[at] = value;
      if (!marked.includes(t)) continue;
      x[at + 1] = 1;
      target[b] += value;
    }
  }
}

/** The mean squared error over the last 50 updates; always answering 1 has 1/6. */
async function learn(given: Partial<Architecture>): Promise<number> {
  const a = architecture({ cell: 'rnn', inputSize: 2, hiddenSize: 16, ...given });
  const step = buildStepModel(a, initialWeights(a, new Random(1)), { training: true });
  const loss = { loss: squaredError, lossOn: 'last' } as const;
  const graph = trainingGraph({ step, steps, batch, ...loss, optimiser: adam(), clipNorm: 1 });
  const runner = await createGraphRunner(encodeModel(graph.model));
  const zeros = (dims: readonly number[]): FloatArray => ({
    data: new Float32Array(dims.reduce((size, dim) => size * dim, 1)),
    dims,
  });
  const feeds: Record<string, FloatArray> = {
    x: zeros([steps * batch, 2]),
    target: zeros([batch, 1]),
    weight: { data: new Float32Array(batch).fill(1), dims: [batch, 1] },
    rate: { data: Float32Array.of(0.01), dims: [] },
    t: zeros([]),
  };
  for (const { name, dims } of graph.states) feeds[`state.${name}`] = zeros(dims);
  for (const { name, dims } of graph.slots) feeds[name] = zeros(dims);
  for (const { name, dims, data } of graph.weights) feeds[name] = { data, dims };
  const random = new Random(2);
  let sum = 0;
  for (let update = 1; update <= updates; update++) {
    draw(random, feeds.x.data, feeds.target.data);
    feeds.t.data[0] = update;
    const results = await runner.run(feeds);
    for (const { name } of [...graph.weights, ...graph.slots]) feeds[name] = results[`${name}_next`];
    if (update > updates - 50) sum += results.loss.data[0];
  }
  await runner.release();
  return sum / 50;
}

it('an RNN that cannot remember learns to look back', async () => {
  const plain = await learn({});
  const attentive = await learn({ attention: 'dot', memory: 30 });
  console.log(`adding problem over ${steps} steps: RNN ${plain.toFixed(4)}, with attention ${attentive.toFixed(4)}`);
  expect(plain).toBeGreaterThan(0.1);
  expect(attentive).toBeLessThan(0.01);
});
