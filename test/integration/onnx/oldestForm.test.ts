import { describe, expect, it } from 'vitest';
import { createGraphRunner, type FloatArray } from '../../../src/inference/graphRunner.js';
import { architecture } from '../../../src/nn/architecture.js';
import { initialWeights } from '../../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../../src/nn/buildStepModel.js';
import { crossEntropy } from '../../../src/nn/losses/crossEntropy.js';
import { pinball } from '../../../src/nn/losses/pinball.js';
import { adam } from '../../../src/nn/optimisers/adam.js';
import { trainingGraph } from '../../../src/nn/trainingGraph.js';
import { encodeModel } from '../../../src/onnx/codec.js';
import type { ModelProto } from '../../../src/onnx/modelProto.js';
import { oldestForm } from '../../../src/onnx/oldestForm.js';
import { opsetOf } from '../../../src/onnx/opset.js';
import { Random } from '../../../src/series/random.js';
import { type Differentiated, differentiatedCase, differentiatedRandom } from '../../reference/differentiated.js';
import { drawnFeeds } from '../../reference/drawnFeeds.js';
import { gradientCases } from '../../reference/gradientCases.js';

type Arrays = Record<string, FloatArray>;
const base = { inputSize: 3, hiddenSize: 4, horizon: 2, levels: [0.1, 0.5, 0.9] };
const networks = {
  rnn: architecture({ cell: 'rnn', ...base, cellActivation: 'leakyRelu', headActivation: 'elu' }),
  gru: architecture({ cell: 'gru', ...base }),
  stacked: architecture({ cell: 'lstm', ...base, layers: 3, residual: true, dropout: 0.2 }),
  attention: architecture({ cell: 'gru', ...base, attention: 'dot', memory: 5 }),
  decoder: architecture({ cell: 'gru', ...base, head: 'decoder', start: 0 }),
  classes: architecture({ cell: 'gru', inputSize: 3, hiddenSize: 4, classes: 3 }),
};

async function run(model: ModelProto, feeds: Arrays): Promise<Arrays> {
  const runner = await createGraphRunner(encodeModel(model));
  const results = await runner.run(feeds);
  await runner.release();
  return results;
}

const fed = ({ g, feeds }: Differentiated): Arrays =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, data]) => [
      name,
      { data: Float32Array.from(data), dims: g.shape(name).map(Number) },
    ]),
  );

describe('oldestForm', () => {
  for (const [name, network] of Object.entries(networks)) {
    it(`${name}: a training step in the form of opset 12 gives the very same numbers`, async () => {
      const random = new Random(3);
      const taught = network.head === 'decoder';
      const step = buildStepModel(network, initialWeights(network, random), { training: true, masked: true, taught });
      const loss = network.classes > 0 ? crossEntropy : pinball(network.levels);
      const lossOn = network.classes > 0 ? 'last' : 'every';
      const graph = trainingGraph({
        ...{ step, steps: 6, batch: 2, loss, lossOn, optimiser: adam(), clipNorm: 1 },
        ...{ gradients: true, stateGradients: true },
      } as const);
      const older = oldestForm(graph.model);
      expect(opsetOf(older)).toBe(12);
      const feeds = drawnFeeds(graph, random);
      expect(await run(older, feeds)).toEqual(await run(graph.model, feeds));
    });
  }

  it('gives the very same numbers for every gradient rule and for composed graphs', async () => {
    const composed = Array.from({ length: 20 }, (_, seed) => differentiatedRandom(seed));
    const models = [...gradientCases.map(differentiatedCase), ...composed].map((each) => ({
      feeds: fed(each),
      model: each.g.model(),
    }));
    const older = models.filter(({ model }) => oldestForm(model) !== model);
    console.log(`${older.length} of ${models.length} graphs have an older form`);
    expect(older.length).toBeGreaterThan(models.length / 2);
    for (const { feeds, model } of older) expect(await run(oldestForm(model), feeds)).toEqual(await run(model, feeds));
  });
});
