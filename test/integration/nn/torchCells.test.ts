import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createGraphRunner, type FloatArray, type GraphRunner } from '../../../src/inference/graphRunner.js';
import { type Architecture, architecture } from '../../../src/nn/architecture.js';
import { architectureParameters, stateNames } from '../../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../../src/nn/buildStepModel.js';
import type { CellKind } from '../../../src/nn/cells/cells.js';
import { pinball } from '../../../src/nn/losses/pinball.js';
import { adam } from '../../../src/nn/optimisers/adam.js';
import { stateInput, trainingGraph } from '../../../src/nn/trainingGraph.js';
import { encodeModel } from '../../../src/onnx/codec.js';
import { maxDifference } from '../../reference/centralDifference.js';

interface Step {
  loss: number;
  norm: number;
  weightsAfter: Record<string, number[]>;
  gradients?: Record<string, number[]>;
  last?: number[][];
}
interface Case {
  x: number[];
  target: number[];
  weight: number[];
  h: number[];
  c: number[];
  weights: Record<string, number[]>;
  steps: Step[];
}
const oracle = JSON.parse(readFileSync(new URL('../../fixtures/torchCells.json', import.meta.url), 'utf8')) as {
  torch: string;
  F: number;
  H: number;
  T: number;
  B: number;
  K: number;
  levels: number[];
  gateFrom: number;
  clip: number;
  rate: number;
  cells: Record<CellKind, Case>;
};
const { F, H, T, B, K, levels } = oracle;

const floats = (data: readonly number[], dims: readonly number[]): FloatArray => ({
  data: Float32Array.from(data),
  dims,
});

/** A training step of `kind` on the fixture's data, and what to feed it. */
async function prepare(
  kind: CellKind,
): Promise<{ runner: GraphRunner; feeds: Record<string, FloatArray>; a: Architecture }> {
  const fixture = oracle.cells[kind];
  const a = architecture({
    cell: kind,
    inputSize: F,
    hiddenSize: H,
    horizon: K,
    levels,
    gated: [{ from: oracle.gateFrom, width: K }],
    direct: true,
  });
  const weights = Object.entries(fixture.weights).map(([name, data]) => [name, Float32Array.from(data)]);
  const { model, ...training } = trainingGraph({
    step: buildStepModel(a, Object.fromEntries(weights)),
    steps: T,
    batch: B,
    loss: pinball(levels),
    lossOn: 'every',
    optimiser: adam(),
    clipNorm: oracle.clip,
    gradients: true,
  });
  const feeds: Record<string, FloatArray> = {
    x: floats(fixture.x, [T * B, F]),
    target: floats(fixture.target, [T * B, K]),
    weight: floats(fixture.weight, [T * B, K]),
    rate: floats([oracle.rate], []),
  };
  for (const name of stateNames(a)) feeds[stateInput(name)] = floats(fixture[name as 'h' | 'c'], [B, H]);
  for (const { name, dims, data } of training.weights) feeds[name] = { data, dims };
  for (const { name, dims } of training.slots)
    feeds[name] = floats(new Array(dims.reduce((a, b) => a * b, 1)).fill(0), dims);
  return { runner: await createGraphRunner(encodeModel(model)), feeds, a };
}

/** Float32 against float64 over six steps; about ten times what was seen. */
const tolerance = 1e-5;

describe(`the training graph, against PyTorch ${oracle.torch}`, () => {
  for (const kind of ['rnn', 'gru', 'lstm'] as const) {
    it(`${kind}: loss, states, gradients, clip and three Adam steps agree`, async () => {
      const { runner, feeds, a } = await prepare(kind);
      const differences: Record<string, number> = { loss: 0, norm: 0, states: 0, gradients: 0, weights: 0 };
      const note = (what: string, found: ArrayLike<number>, expected: ArrayLike<number>): void => {
        differences[what] = Math.max(differences[what], maxDifference(found, expected));
      };
      for (const [i, step] of oracle.cells[kind].steps.entries()) {
        feeds.t = floats([i + 1], []);
        const results = await runner.run(feeds);
        note('loss', results.loss.data, [step.loss]);
        note('norm', results.norm.data, [step.norm]);
        for (const [s, name] of stateNames(a).entries()) {
          if (step.last) note('states', results[`${stateInput(name)}_next`].data, step.last[s]);
        }
        for (const { name } of architectureParameters(a)) {
          if (step.gradients) note('gradients', results[`d.${name}`].data, step.gradients[name]);
          note('weights', results[`${name}_next`].data, step.weightsAfter[name]);
          for (const carried of [name, `m.${name}`, `s.${name}`]) feeds[carried] = results[`${carried}_next`];
        }
      }
      await runner.release();
      console.log(`${kind}: maximum difference from PyTorch ${oracle.torch}`, differences);
      for (const difference of Object.values(differences)) expect(difference).toBeLessThan(tolerance);
    });
  }
});
