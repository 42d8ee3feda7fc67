import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { StepcastError } from '../../../src/errors.js';
import type { LoadedModel, StateShape } from '../../../src/forecast/modelContract.js';
import { createGraphRunner, type FloatArray } from '../../../src/inference/graphRunner.js';
import { loadModel } from '../../../src/inference/loadModel.js';
import { createOrtStepper } from '../../../src/inference/ortStepper.js';
import { type Architecture, architecture } from '../../../src/nn/architecture.js';
import { initialWeights, stateNames } from '../../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../../src/nn/buildStepModel.js';
import type { CellKind } from '../../../src/nn/cells/cells.js';
import { evaluationGraph } from '../../../src/nn/evaluationGraph.js';
import type { Weights } from '../../../src/nn/parameter.js';
import { decodeModel, encodeModel } from '../../../src/onnx/codec.js';
import type { StepBuffers } from '../../../src/pipeline/ports.js';
import { Random } from '../../../src/series/random.js';
import { cellSteps } from '../../reference/cellSteps.js';
import { maxDifference } from '../../reference/centralDifference.js';

const kinds = ['rnn', 'gru', 'lstm'] as const;
const features = ['value', 'diff', 'missing', 'day.sin', 'day.cos'];

/** A network of random weights, head included, its file, and what loading it would say. */
function randomNetwork(kind: CellKind, hiddenSize: number) {
  const a = architecture({
    cell: kind,
    inputSize: features.length,
    hiddenSize,
    horizon: 4,
    levels: [0.1, 0.5, 0.9],
    gated: [
      { from: 0, width: 4 },
      { from: 1, width: 1 },
    ],
  });
  const random = new Random(17);
  const weights = initialWeights(a, random);
  for (const values of Object.values(weights)) {
    if (!values.some(Boolean)) for (let i = 0; i < values.length; i++) values[i] = 0.3 * random.normal();
  }
  const states: StateShape[] = stateNames(a).map((name) => ({
    name,
    dims: [-1, hiddenSize],
    batchAxis: 0,
    size: hiddenSize,
  }));
  const metadata = {
    contract: 1 as const,
    cell: kind,
    features,
    target: 'change' as const,
    horizon: 4,
    levels: a.levels,
  };
  const model: LoadedModel = {
    name: kind,
    version: 1,
    sha256: '',
    path: `${kind}.onnx`,
    metadata,
    featureWidth: features.length,
    states,
  };
  return { a, weights, model, bytes: encodeModel(buildStepModel(a, weights, { metadata })), random };
}

const buffersFor = ({ featureWidth, states, metadata }: LoadedModel, rows: number): StepBuffers => ({
  x: new Float32Array(rows * featureWidth),
  states: states.map(({ size }) => new Float32Array(rows * size)),
  y: new Float32Array(rows * metadata.horizon * metadata.levels.length),
});

const cellWeights = (weights: Weights): Weights =>
  Object.fromEntries(Object.entries(weights).map(([name, data]) => [name.replace('layer1.', ''), data]));

/** y [horizon, levels] of one row, from the head's formula, in float64. */
function plainHead(
  { horizon, levels, gated }: Architecture,
  { 'head.V': V, 'head.v': v, 'head.A': A, 'head.a': bias }: Weights,
  x: readonly number[],
  h: readonly number[],
): number[] {
  const dot = (M: Float32Array, width: number, column: number): number =>
    h.reduce((sum, v, i) => sum + v * M[i * width + column], 0);
  const y: number[] = [];
  for (let k = 0; k < horizon; k++) {
    const carried = gated.map(({ from, width }, j) => {
      const gate = dot(A, gated.length * horizon, j * horizon + k) + bias[j * horizon + k];
      return gate * x[from + (width === 1 ? 0 : k)];
    });
    for (let q = 0; q < levels.length; q++) {
      const own = dot(V, horizon * levels.length, k * levels.length + q) + v[k * levels.length + q];
      y.push(carried.reduce((sum, term) => sum + term, own));
    }
  }
  return y;
}

describe('createOrtStepper', () => {
  for (const kind of kinds) {
    it(`steps a ${kind} as a plain float64 step does, 1,000 times`, async () => {
      const { a, weights, model, bytes, random } = randomNetwork(kind, 8);
      const stepper = await createOrtStepper(model, bytes, { maxBatch: 1 });
      const buffers = buffersFor(model, 1);
      let states = stateNames(a).map(() => new Array<number>(8).fill(0));
      let worst = 0;
      for (let t = 0; t < 1000; t++) {
        const x = features.map(() => Math.fround(random.normal()));
        buffers.x.set(x);
        await stepper.step(1, buffers);
        const { W, R, b, c } = cellWeights(weights);
        states = cellSteps[kind]({ W, R, b, c }, x, states);
        for (const [i, state] of states.entries()) worst = Math.max(worst, maxDifference(buffers.states[i], state));
        worst = Math.max(worst, maxDifference(buffers.y, plainHead(a, weights, x, states[0])));
      }
      await stepper.release();
      console.log(`${kind}: maximum difference from the plain step over 1,000 steps ${worst.toExponential(1)}`);
      expect(worst).toBeLessThan(1e-5);
    });

    it(`steps a ${kind} to the state that feeding the whole sequence at once ends in`, async () => {
      const { model, bytes, random } = randomNetwork(kind, 8);
      const steps = 1000;
      const sequence = Float32Array.from({ length: steps * features.length }, () => random.normal());

      const whole = evaluationGraph({ step: decodeModel(bytes), steps, batch: 1, lossOn: 'last' });
      const runner = await createGraphRunner(encodeModel(whole.model));
      const feeds: Record<string, FloatArray> = { x: { data: sequence, dims: [steps, features.length] } };
      for (const { name, dims, data } of whole.weights) feeds[name] = { data, dims };
      for (const { name, dims } of whole.states) feeds[`state.${name}`] = { data: new Float32Array(8), dims };
      const results = await runner.run(feeds);
      await runner.release();

      const stepper = await createOrtStepper(model, bytes);
      const buffers = buffersFor(model, 1);
      for (let t = 0; t < steps; t++) {
        buffers.x.set(sequence.subarray(t * features.length, (t + 1) * features.length));
        await stepper.step(1, buffers);
      }
      await stepper.release();
      for (const [i, { name }] of whole.states.entries()) {
        expect(maxDifference(buffers.states[i], results[`state.${name}_next`].data)).toBeLessThan(1e-5);
      }
    });

    it(`gives each series of a ${kind} the same bits in a batch of any size`, async () => {
      const { model, bytes, random } = randomNetwork(kind, 32);
      const stepper = await createOrtStepper(model, bytes, { maxBatch: 64 });
      const sequences = Array.from({ length: 64 }, () =>
        Array.from({ length: 12 * features.length }, () => random.normal()),
      );
      const run = async (batch: number): Promise<[Float32Array, Float32Array]> => {
        const buffers = buffersFor(model, 64);
        for (let t = 0; t < 12; t++) {
          for (let row = 0; row < batch; row++) {
            buffers.x.set(sequences[row].slice(t * features.length, (t + 1) * features.length), row * features.length);
          }
          await stepper.step(batch, buffers);
        }
        return [buffers.y, buffers.states[0]];
      };
      const [y, h] = await run(64);
      for (const batch of [1, 2, 3, 4, 5, 7, 8, 16, 33]) {
        const [someY, someH] = await run(batch);
        expect(someY.subarray(0, batch * 12), `y at batch ${batch}`).toEqual(y.subarray(0, batch * 12));
        expect(someH.subarray(0, batch * 32), `h at batch ${batch}`).toEqual(h.subarray(0, batch * 32));
      }
      await stepper.release();
    });
  }

  const oracle = JSON.parse(readFileSync(new URL('../../fixtures/torchExport.json', import.meta.url), 'utf8'));
  for (const name of ['torchGru', 'torchLstm'] as const) {
    it(`runs ${name}.onnx, exported by PyTorch ${oracle.torch}, to PyTorch's own answers`, async () => {
      const { model, bytes } = await loadModel(fileURLToPath(new URL(`../../fixtures/${name}.onnx`, import.meta.url)));
      const stepper = await createOrtStepper(model, bytes);
      const { x, y, last } = oracle[name] as { x: number[]; y: number[]; last: number[][] };
      const [rows, width, answers] = [oracle.series as number, model.featureWidth, 18];
      const buffers = buffersFor(model, rows);
      let worst = 0;
      for (let t = 0; t < oracle.steps; t++) {
        buffers.x.set(x.slice(t * rows * width, (t + 1) * rows * width));
        await stepper.step(rows, buffers);
        worst = Math.max(worst, maxDifference(buffers.y, y.slice(t * rows * answers, (t + 1) * rows * answers)));
      }
      await stepper.release();
      for (const [i, { size, dims }] of model.states.entries()) {
        // PyTorch's [layers, batch, H] into one run of floats a series.
        const [layers, inner] = [dims[0], size / dims[0]];
        for (let row = 0; row < rows; row++) {
          const expected = Array.from({ length: layers }, (_, l) =>
            last[i].slice((l * rows + row) * inner, (l * rows + row + 1) * inner),
          ).flat();
          worst = Math.max(worst, maxDifference(buffers.states[i].subarray(row * size, (row + 1) * size), expected));
        }
      }
      console.log(`${name}: maximum difference from PyTorch ${oracle.torch} ${worst.toExponential(1)}`);
      expect(worst).toBeLessThan(5e-6);
    });
  }

  it('refuses a batch beyond its limit', async () => {
    const { model, bytes } = randomNetwork('gru', 4);
    const stepper = await createOrtStepper(model, bytes, { maxBatch: 2 });
    await expect(stepper.step(3, buffersFor(model, 3))).rejects.toThrow('batch must be 1 to 2, got 3');
    await stepper.release();
  });

  it('refuses a graph whose answers have another shape than its metadata says', async () => {
    const { model, bytes } = randomNetwork('gru', 4);
    const lying = { ...model, metadata: { ...model.metadata, horizon: 5 } };
    const error = await createOrtStepper(lying, bytes).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StepcastError);
    expect(error).toMatchObject({ code: 'MODEL_CONTRACT', message: 'y is [1,4,3] at batch 1, not [1,5,3]' });
  });

  it('refuses a graph that the runtime does not understand', async () => {
    const { model, a, weights } = randomNetwork('gru', 4);
    const proto = buildStepModel(a, weights);
    proto.graph!.node[0].opType = 'NoSuchOperator';
    const error = await createOrtStepper(model, encodeModel(proto)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'MODEL_UNREADABLE' });
    expect((error as StepcastError).line).not.toContain('\n');
  });
});
