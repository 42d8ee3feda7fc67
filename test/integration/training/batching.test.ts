import { describe, expect, it } from 'vitest';
import { createGraphRunner } from '../../../src/inference/graphRunner.js';
import { type Architecture, architecture } from '../../../src/nn/architecture.js';
import { initialWeights } from '../../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../../src/nn/buildStepModel.js';
import { pinball } from '../../../src/nn/losses/pinball.js';
import { sgd } from '../../../src/nn/optimisers/sgd.js';
import { trainingGraph } from '../../../src/nn/trainingGraph.js';
import { encodeModel } from '../../../src/onnx/codec.js';
import { Random } from '../../../src/series/random.js';
import { HeldOut } from '../../../src/training/heldOut.js';
import { perStepInputs } from '../../../src/training/perStepInputs.js';
import { RecurrentStates } from '../../../src/training/recurrentStates.js';
import type { Sequence } from '../../../src/training/sequence.js';
import { SequenceSource, type SequenceSourceOptions } from '../../../src/training/sequenceSource.js';
import { stateLayouts } from '../../../src/training/stateLayouts.js';

const [inputSize, levels] = [3, [0.2, 0.5, 0.9]];
const horizonWeights = [2, 1];

function sequencesOf(lengths: readonly number[]): Sequence[] {
  const random = new Random(4);
  const normals = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());
  return lengths.map((length) => ({ length, x: normals(length * inputSize), target: normals(length * 2) }));
}
const sequences = sequencesOf([5, 12, 7, 12, 5, 9, 3, 7, 12, 5]);

function networkOf(cell: Architecture['cell'], extras: Partial<Architecture> = {}) {
  const network = architecture({ cell, inputSize, hiddenSize: 6, horizon: 2, levels, direct: true, ...extras });
  const random = new Random(6);
  const weights = initialWeights(network, random); // the head too: from zero, no gradient would reach the cell
  for (const data of Object.values(weights)) for (const i of data.keys()) data[i] += 0.3 * random.normal();
  return { network, weights };
}

/** Loss and gradient over the whole data set: the weighted mean of those of its batches. */
async function wholeGradient(
  cell: Architecture['cell'],
  lossOn: 'every' | 'last',
  batching: Pick<SequenceSourceOptions, 'batch' | 'batching'>,
  extras?: Partial<Architecture>,
) {
  const { network, weights } = networkOf(cell, extras);
  const step = buildStepModel(network, weights, { training: true, masked: true });
  const source = new SequenceSource({ sequences, ...batching, steps: 'full', horizonWeights });
  const sums = new Map<string, Float64Array>();
  let [loss, total] = [0, 0];
  for (let n = 0; n < source.groups; n++) {
    const batch = source.next();
    const options = { step, steps: batch.steps, batch: batch.batch, loss: pinball(levels), lossOn, optimiser: sgd() };
    const graph = trainingGraph({ ...options, gradients: true });
    const runner = await createGraphRunner(encodeModel(graph.model));
    const states = new RecurrentStates(stateLayouts(step));
    states.clear(batch.batch);
    const rows = (lossOn === 'every' ? batch.steps : 1) * batch.batch;
    const last = (data: Float32Array) => ({ data: data.subarray(data.length - 2 * rows), dims: [rows, 2] });
    const results = await runner.run({
      ...perStepInputs(graph.perStep, batch, { dropout: 0, teacherForcing: 0 }, new Random(1)),
      ...states.feeds,
      ...Object.fromEntries(graph.weights.map(({ name, dims, data }) => [name, { data, dims }])),
      ...{ target: last(batch.target), weight: last(batch.weight) },
      ...{ rate: { data: Float32Array.of(0.1), dims: [] }, t: { data: Float32Array.of(1), dims: [] } },
    });
    const weight = last(batch.weight).data.reduce((sum, value) => sum + value, 0);
    total += weight;
    loss += weight * results.loss.data[0];
    for (const { name } of graph.weights) {
      const sum = sums.get(name) ?? new Float64Array(results[`d.${name}`].data.length);
      for (const [i, value] of results[`d.${name}`].data.entries()) sum[i] += weight * value;
      sums.set(name, sum);
    }
    await runner.release();
  }
  const gradient = [...sums].flatMap(([, sum]) => [...sum].map((value) => value / total));
  return { loss: loss / total, gradient, padded: source.paddedShare };
}

const fourWays = {
  'one by one': { batch: 1, batching: 'variable' },
  pad: { batch: 10, batching: 'pad' },
  bucket: { batch: 4, batching: 'bucket' },
  variable: { batch: 4, batching: 'variable' },
} as const;

const difference = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i])));

describe('sequences of unequal length', () => {
  it.each([
    ['rnn', 'every', {}],
    ['gru', 'last', {}],
    ['lstm', 'every', { layers: 2, residual: true }],
    ['gru', 'every', { attention: 'dot', memory: 4 }],
  ] as const)(
    'give %s the same loss on %s step, and the same gradient, however they are batched (%j)',
    async (cell, lossOn, extras) => {
      const oneByOne = await wholeGradient(cell, lossOn, fourWays['one by one'], extras);
      expect(Math.max(...oneByOne.gradient.map(Math.abs))).toBeGreaterThan(0.01);
      for (const [name, way] of Object.entries(fourWays).slice(1)) {
        const found = await wholeGradient(cell, lossOn, way, extras);
        const off = difference(found.gradient, oneByOne.gradient);
        process.stdout.write(
          `${cell} ${lossOn} ${name}: gradients differ by ${off.toExponential(1)}, padded ${found.padded.toFixed(3)}\n`,
        );
        expect(Math.abs(found.loss - oneByOne.loss)).toBeLessThan(1e-6);
        expect(off).toBeLessThan(1e-5);
        expect(found.padded > 0).toBe(name !== 'variable');
      }
    },
  );

  it('are judged the same side by side as one by one', async () => {
    const { network, weights } = networkOf('lstm');
    const step = buildStepModel(network, weights);
    const lossAt = async (batch: number): Promise<number> => {
      const heldOut = new HeldOut({
        ...{ step, sequences, batch, loss: pinball(levels), horizonWeights, openGraph: createGraphRunner },
      });
      const loss = await heldOut.loss(weights);
      await heldOut.release();
      return loss;
    };
    const { loss } = await wholeGradient('lstm', 'every', fourWays['one by one']);
    for (const batch of [1, 3, 10]) expect(Math.abs((await lossAt(batch)) - loss)).toBeLessThan(1e-6);
  });
});
