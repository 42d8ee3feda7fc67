import { describe, expect, it } from 'vitest';
import { createGraphRunner, type FloatArray } from '../../../src/inference/graphRunner.js';
import { type Architecture, architecture } from '../../../src/nn/architecture.js';
import { architectureParameters } from '../../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../../src/nn/buildStepModel.js';
import { pinball } from '../../../src/nn/losses/pinball.js';
import { sgd } from '../../../src/nn/optimisers/sgd.js';
import { parameterSize } from '../../../src/nn/parameter.js';
import { trainingGraph } from '../../../src/nn/trainingGraph.js';
import { encodeModel } from '../../../src/onnx/codec.js';
import { Random } from '../../../src/series/random.js';
import { maxDifference } from '../../reference/centralDifference.js';

const [inputSize, horizon, levels] = [3, 2, [0.1, 0.5, 0.9]];
const [padded, real, batch] = [8, 5, 2];
const before = (padded - real) * batch; // rows

const structures: Record<string, Partial<Architecture>> = {
  'two LSTMs with residuals': { cell: 'lstm', layers: 2, residual: true },
  'a layer-normalised GRU': { cell: 'gru', cellNorm: 'layer' },
  'an RNN of batch-normalised inputs': { cell: 'rnn', inputNorm: 'batch' },
  'a GRU with additive attention': { cell: 'gru', attention: 'additive', memory: 6 },
  'an LSTM decoder with attention': { cell: 'lstm', head: 'decoder', attention: 'dot', memory: 3 },
  'an sLSTM': { cell: 'slstm' },
};

const ones = (size: number): Float32Array => new Float32Array(size).fill(1);

type Results = Record<string, FloatArray>;

/** One training step over sequences of five steps that are as they are, or come after three steps of padding. */
async function train(given: Partial<Architecture>, masked: boolean, lossOn: 'every' | 'last'): Promise<Results> {
  const a = architecture({ cell: 'gru', inputSize, hiddenSize: 4, horizon, levels, ...given });
  const random = new Random(31);
  const draw = (size: number): Float32Array => Float32Array.from({ length: size }, () => random.normal());
  const weights = Object.fromEntries(architectureParameters(a).map((p) => [p.name, draw(parameterSize(p))]));
  const steps = masked ? padded : real;
  const step = buildStepModel(a, weights, { training: true, masked });
  const loss = { loss: pinball(levels), lossOn };
  const graph = trainingGraph({ step, steps, batch, ...loss, optimiser: sgd(), gradients: true });
  const after = (data: Float32Array, width: number, filler: number): Float32Array => {
    const rows = new Float32Array(before * width).fill(filler);
    return masked ? Float32Array.from([...rows, ...data]) : data;
  };
  const whole = lossOn === 'every';
  const targets = (whole ? real : 1) * batch * horizon;
  const rows = (whole ? steps : 1) * batch;
  const [x, target] = [draw(real * batch * inputSize), draw(targets)];
  const feeds: Results = {
    x: { data: after(x, inputSize, 9), dims: [steps * batch, inputSize] },
    target: { data: whole ? after(target, horizon, 9) : target, dims: [rows, horizon] },
    weight: { data: whole ? after(ones(targets), horizon, 0) : ones(targets), dims: [rows, horizon] },
    alive: { data: after(ones(real * batch), 1, 0), dims: [steps * batch, 1] },
    rate: { data: Float32Array.of(0.1), dims: [] },
    t: { data: Float32Array.of(1), dims: [] },
  };
  for (const { name, dims } of graph.states) {
    feeds[`state.${name}`] = { data: new Float32Array(dims.reduce((size, dim) => size * dim, 1)), dims };
  }
  for (const { name, dims, data } of graph.weights) feeds[name] = { data, dims };
  const runner = await createGraphRunner(encodeModel(graph.model));
  const results = await runner.run(Object.fromEntries(runner.inputs.map((name) => [name, feeds[name]])));
  await runner.release();
  return results;
}

describe('padding before a sequence', () => {
  for (const [name, given] of Object.entries(structures)) {
    it(`changes no loss, gradient, state or statistic of ${name}`, async () => {
      for (const lossOn of ['every', 'last'] as const) {
        const [plain, masked] = [await train(given, false, lossOn), await train(given, true, lossOn)];
        expect(Object.keys(masked)).toEqual(Object.keys(plain));
        for (const [output, { data }] of Object.entries(plain)) {
          expect(maxDifference(masked[output].data, data), output).toBeLessThan(1e-6);
        }
        expect(plain.norm.data[0]).toBeGreaterThan(0.01);
      }
    });
  }
});
