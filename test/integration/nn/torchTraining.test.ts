import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createGraphRunner, type FloatArray } from '../../../src/inference/graphRunner.js';
import { pinball } from '../../../src/nn/losses/pinball.js';
import { adam } from '../../../src/nn/optimisers/adam.js';
import { stateInput, trainingGraph } from '../../../src/nn/trainingGraph.js';
import { decodeModel, encodeModel } from '../../../src/onnx/codec.js';

interface Oracle {
  torch: string;
  steps: number;
  series: number;
  rate: number;
  clip: number;
  levels: number[];
  x: number[][];
  target: number[][];
  torchGru: number[];
  torchLstm: number[];
}
const fixture = (name: string): URL => new URL(`../../fixtures/${name}`, import.meta.url);
const oracle = JSON.parse(readFileSync(fixture('torchTraining.json'), 'utf8')) as Oracle;

const scalar = (value: number): FloatArray => ({ dims: [], data: new Float32Array([value]) });
const size = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** The loss of every update of a file that PyTorch exported. */
async function curveOf(name: 'torchGru' | 'torchLstm'): Promise<number[]> {
  const training = trainingGraph({
    step: decodeModel(readFileSync(fixture(`${name}.onnx`))),
    steps: oracle.steps,
    batch: oracle.series,
    loss: pinball(oracle.levels),
    lossOn: 'every',
    optimiser: adam(),
    clipNorm: oracle.clip,
  });
  const runner = await createGraphRunner(encodeModel(training.model));
  const rows = oracle.steps * oracle.series;
  const table = (data: readonly number[]): FloatArray => ({
    dims: [rows, data.length / rows],
    data: Float32Array.from(data),
  });
  const zeros = ({ dims }: { dims: readonly number[] }): FloatArray => ({ dims, data: new Float32Array(size(dims)) });
  const feeds: Record<string, FloatArray> = { rate: scalar(oracle.rate) };
  for (const { name, dims, data } of training.weights) feeds[name] = { dims, data };
  for (const slot of training.slots) feeds[slot.name] = zeros(slot);
  for (const state of training.states) feeds[stateInput(state.name)] = zeros(state);
  const curve: number[] = [];
  for (let update = 0; update < oracle[name].length; update++) {
    feeds.x = table(oracle.x[update % oracle.x.length]);
    feeds.target = table(oracle.target[update % oracle.target.length]);
    feeds.weight = { dims: feeds.target.dims, data: new Float32Array(feeds.target.data.length).fill(1) };
    feeds.t = scalar(update + 1);
    const results = await runner.run(feeds);
    for (const { name } of [...training.weights, ...training.slots]) feeds[name] = results[`${name}_next`];
    curve.push(results.loss.data[0]);
  }
  await runner.release();
  return curve;
}

describe(`training a file that PyTorch ${oracle.torch} exported`, () => {
  for (const name of ['torchGru', 'torchLstm'] as const) {
    it(`${name}: 200 losses follow PyTorch's own`, async () => {
      const curve = await curveOf(name);
      const worst = Math.max(...curve.map((loss, i) => Math.abs(loss - oracle[name][i]) / oracle[name][i]));
      console.log(`${name}: ${curve[0]} … ${curve.at(-1)}, maximum relative difference ${worst.toExponential(1)}`);
      expect(curve.at(-1)!).toBeLessThan(0.7 * curve[0]);
      expect(worst).toBeLessThan(1e-3);
    });
  }
});
