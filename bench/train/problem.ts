import { architecture } from '../../src/nn/architecture.js';
import { initialWeights } from '../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../src/nn/buildStepModel.js';
import type { CellKind } from '../../src/nn/cells/cells.js';
import { squaredError } from '../../src/nn/losses/squaredError.js';
import { adam } from '../../src/nn/optimisers/adam.js';
import { type TrainingGraph, trainingGraph } from '../../src/nn/trainingGraph.js';
import { Random } from '../../src/series/random.js';
import type { Trial } from '../support/bench.js';

/** What every runtime is given: sequences of drawn numbers, a network with one answer of 24 numbers a step, Adam, a clipped gradient. */
export interface Problem {
  readonly cell: CellKind;
  readonly hidden: number;
  readonly steps: number;
  readonly batch: number;
}

export const features = 4;
export const outputs = 24;
export const rate = 1e-3;
export const clipNorm = 1;
export const warmUpSteps = 60; // until V8 has optimised what runs again and again
export const measuredSteps = 100;

export const problemOf = ({ cell, hidden, steps, batch }: Trial): Problem => ({
  cell: cell as CellKind,
  hidden: Number(hidden),
  steps: Number(steps),
  batch: Number(batch),
});

/** Step-major: x [steps·batch, features] and target [steps·batch, outputs]. */
export function drawnData({ steps, batch }: Problem): { x: Float32Array; target: Float32Array } {
  const random = new Random(1);
  const draw = (width: number) => Float32Array.from({ length: steps * batch * width }, () => random.normal());
  return { x: draw(features), target: draw(outputs) };
}

export function graphOf({ cell, hidden, steps, batch }: Problem): TrainingGraph {
  const network = architecture({ cell, inputSize: features, hiddenSize: hidden, horizon: outputs });
  const step = buildStepModel(network, initialWeights(network, new Random(1)));
  return trainingGraph({ step, steps, batch, loss: squaredError, lossOn: 'every', optimiser: adam(), clipNorm });
}

/** Whatever a graph is fed beside its batch of data. */
export function firstFeeds(
  { perStep, states, weights, slots }: TrainingGraph,
  problem: Problem,
): Record<string, { data: Float32Array; dims: readonly number[] }> {
  const zeros = (dims: readonly number[]) => ({ dims, data: new Float32Array(dims.reduce((a, b) => a * b, 1)) });
  const { x, target } = drawnData(problem);
  const dims = [problem.steps * problem.batch, outputs];
  return {
    [perStep[0].name]: { data: x, dims: perStep[0].dims },
    target: { data: target, dims },
    weight: { data: new Float32Array(target.length).fill(1), dims },
    rate: { data: new Float32Array([rate]), dims: [] },
    ...Object.fromEntries(states.map((state) => [`state.${state.name}`, zeros(state.dims)])),
    ...Object.fromEntries(weights.map((weight) => [weight.name, { data: weight.data, dims: weight.dims }])),
    ...Object.fromEntries(slots.map((slot) => [slot.name, zeros(slot.dims)])),
  };
}
