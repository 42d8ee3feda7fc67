import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { LoadedModel } from '../../../src/forecast/modelContract.js';
import { createGraphRunner, type FloatArray } from '../../../src/inference/graphRunner.js';
import { loadModel } from '../../../src/inference/loadModel.js';
import { createOrtStepper } from '../../../src/inference/ortStepper.js';
import { type Architecture, architecture } from '../../../src/nn/architecture.js';
import { architectureOf } from '../../../src/nn/architectureOf.js';
import { architectureParameters, stateNames } from '../../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../../src/nn/buildStepModel.js';
import { parameterSize } from '../../../src/nn/parameter.js';
import { decodeModel, encodeModel } from '../../../src/onnx/codec.js';
import type { StepBuffers } from '../../../src/pipeline/ports.js';
import { Random } from '../../../src/series/random.js';
import { maxDifference } from '../../reference/centralDifference.js';
import { networkStep } from '../../reference/networkStep.js';

const features = ['value', 'diff', 'missing', 'day.sin', 'day.cos'];
const folder = mkdtempSync(join(tmpdir(), 'stepcast-networks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const gated = [
  { from: 1, width: 4 },
  { from: 0, width: 1 },
];
const structures: Record<string, Partial<Architecture>> = {
  'two stacked RNNs of ReLUs': { cell: 'rnn', layers: 2, cellActivation: 'relu' },
  'an RNN of sigmoids under a dense ELU layer': { cell: 'rnn', cellActivation: 'sigmoid', headActivation: 'elu' },
  'three stacked GRUs with residuals': { cell: 'gru', layers: 3, residual: true, gated, direct: true },
  'a GRU of PReLUs': { cell: 'gru', cellActivation: 'prelu', headActivation: 'leakyRelu' },
  'four stacked LSTMs': { cell: 'lstm', layers: 4, dropout: 0.2 },
  'two stacked sLSTMs': { cell: 'slstm', layers: 2, cellActivation: 'tanh' },
  'a layer-normalised GRU': { cell: 'gru', cellNorm: 'layer' },
  'two layer-normalised LSTMs': { cell: 'lstm', layers: 2, cellNorm: 'layer' },
  'an LSTM of batch-normalised inputs': { cell: 'lstm', inputNorm: 'batch' },
  'a GRU with dot-product attention': { cell: 'gru', attention: 'dot', memory: 9 },
  'an LSTM with additive attention': { cell: 'lstm', attention: 'additive', memory: 5, gated },
  'a GRU decoder': { cell: 'gru', head: 'decoder', start: 1 },
  'an LSTM decoder with attention': { cell: 'lstm', head: 'decoder', gated, attention: 'dot', memory: 6 },
};

/** The structure with weights of which none is zero, and its file as the daemon loads it. */
async function deploy(given: Partial<Architecture>, hiddenSize: number) {
  const levels = [0.1, 0.5, 0.9];
  const a = architecture({ cell: 'gru', inputSize: 5, hiddenSize, horizon: 4, levels, ...given });
  const random = new Random(23);
  const weights = Object.fromEntries(
    architectureParameters(a).map((parameter) => {
      const fanIn = parameter.shape.length > 1 ? parameter.shape[0] : 9;
      const draw = (): number => random.normal() / Math.sqrt(fanIn);
      const positive = parameter.name.endsWith('variance');
      const values = Array.from({ length: parameterSize(parameter) }, () => (positive ? 0.5 + draw() ** 2 : draw()));
      return [parameter.name, Float32Array.from(values)];
    }),
  );
  const metadata = { contract: 1, cell: a.cell, features, target: 'change', horizon: 4, levels };
  const path = join(folder, 'network.onnx');
  writeFileSync(path, encodeModel(buildStepModel(a, weights, { metadata })));
  const { model, bytes } = await loadModel(path);
  const stepper = await createOrtStepper(model, bytes, { maxBatch: 64 });
  return { a, weights, model, bytes, stepper, random };
}

const buffersFor = ({ featureWidth, states, metadata }: LoadedModel, rows: number): StepBuffers => ({
  x: new Float32Array(rows * featureWidth),
  states: states.map(({ size }) => new Float32Array(rows * size)),
  y: new Float32Array(rows * metadata.horizon * metadata.levels.length),
});

describe('deployed networks', () => {
  for (const [name, given] of Object.entries(structures)) {
    it(`${name}: the daemon loads the file, and steps it as the formulas say`, async () => {
      const { a, weights, model, bytes, stepper, random } = await deploy(given, 6);
      expect(architectureOf(decodeModel(bytes))).toEqual(a);
      expect(model.states.map((state) => state.name)).toEqual(stateNames(a));
      const buffers = buffersFor(model, 1);
      let plain: Record<string, number[]> = Object.fromEntries(
        stateNames(a).map((state) => [state, new Array<number>(6).fill(0)]),
      );
      let past: number[][] = [];
      let worst = 0;
      for (let t = 0; t < 100; t++) {
        buffers.x.set(features.map(() => random.normal()));
        await stepper.step(1, buffers);
        const expected = networkStep(a, weights, [...buffers.x], plain, past);
        ({ states: plain, past } = expected);
        worst = Math.max(worst, maxDifference(buffers.y, expected.y));
        for (const [i, state] of model.states.entries()) {
          if (plain[state.name]) worst = Math.max(worst, maxDifference(buffers.states[i], plain[state.name]));
        }
      }
      await stepper.release();
      console.log(`${name}: maximum difference from the plain network over 100 steps ${worst.toExponential(1)}`);
      expect(worst).toBeLessThan(1e-5);
    });

    it(`${name}: each series gets the same bits in a batch of any size`, async () => {
      const { model, stepper, random } = await deploy(given, 32);
      const sequences = Array.from({ length: 64 }, () => Array.from({ length: 6 * 5 }, () => random.normal()));
      const run = async (batch: number): Promise<StepBuffers> => {
        const buffers = buffersFor(model, 64);
        for (let t = 0; t < 6; t++) {
          for (let row = 0; row < batch; row++) buffers.x.set(sequences[row].slice(t * 5, (t + 1) * 5), row * 5);
          await stepper.step(batch, buffers);
        }
        return buffers;
      };
      const all = await run(64);
      for (const batch of [1, 2, 3, 4, 5, 7, 8, 16, 33]) {
        const some = await run(batch);
        expect(some.y.subarray(0, batch * 12), `y at batch ${batch}`).toEqual(all.y.subarray(0, batch * 12));
        for (const [i, { size, name: state }] of model.states.entries()) {
          const rows = batch * size;
          expect(some.states[i].subarray(0, rows), `${state} at batch ${batch}`).toEqual(
            all.states[i].subarray(0, rows),
          );
        }
      }
      await stepper.release();
    });
  }

  it('attention says what it looks at: weights by lag that add up to 1 and are 0 where nothing was', async () => {
    const { a, weights, model, bytes, stepper, random } = await deploy({ attention: 'additive', memory: 4 }, 6);
    await stepper.release();
    const runner = await createGraphRunner(bytes);
    const feeds: Record<string, FloatArray> = { x: { data: new Float32Array(5), dims: [1, 5] } };
    for (const { name, dims, size } of model.states) {
      feeds[name] = { data: new Float32Array(size), dims: dims.map(Math.abs) };
    }
    let past: number[][] = [];
    for (let t = 1; t <= 6; t++) {
      feeds.x.data.set(features.map(() => random.normal()));
      const h = { h: [...feeds.h.data] };
      const results = await runner.run(feeds);
      const expected = networkStep(a, weights, [...feeds.x.data], h, past);
      past = expected.past;
      const { data } = results.attention;
      expect(data.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
      expect([...data.subarray(Math.min(t, 4))]).toEqual(new Array(Math.max(0, 4 - t)).fill(0));
      expect(maxDifference(data.subarray(0, expected.attention.length), expected.attention)).toBeLessThan(1e-6);
      for (const { name } of model.states) feeds[name] = results[`${name}_next`];
    }
    await runner.release();
  });

  it('a classifier gives one logit a class', async () => {
    const a = architecture({ cell: 'lstm', inputSize: 5, hiddenSize: 6, levels: [], classes: 3 });
    const random = new Random(2);
    const weights = Object.fromEntries(
      architectureParameters(a).map((p) => [
        p.name,
        Float32Array.from({ length: parameterSize(p) }, () => random.normal()),
      ]),
    );
    const runner = await createGraphRunner(encodeModel(buildStepModel(a, weights)));
    const zeros = (): FloatArray => ({ data: new Float32Array(12), dims: [2, 6] });
    const x = { data: Float32Array.from({ length: 10 }, () => random.normal()), dims: [2, 5] };
    const { y } = await runner.run({ x, h: zeros(), c: zeros() });
    await runner.release();
    expect(y.dims).toEqual([2, 1, 3]);
    const rest = { h: new Array(6).fill(0), c: new Array(6).fill(0) };
    const second = networkStep(a, weights, [...x.data.subarray(5)], rest, []);
    expect(maxDifference(y.data.subarray(3), second.y)).toBeLessThan(1e-5);
  });
});
