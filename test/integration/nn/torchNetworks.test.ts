import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createGraphRunner, type FloatArray } from '../../../src/inference/graphRunner.js';
import { type Architecture, architecture } from '../../../src/nn/architecture.js';
import { architectureParameters } from '../../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../../src/nn/buildStepModel.js';
import { evaluationGraph } from '../../../src/nn/evaluationGraph.js';
import { type LossName, losses } from '../../../src/nn/losses/losses.js';
import { sgd } from '../../../src/nn/optimisers/sgd.js';
import { type FedValue, trainingGraph } from '../../../src/nn/trainingGraph.js';
import { encodeModel } from '../../../src/onnx/codec.js';
import type { ModelProto } from '../../../src/onnx/modelProto.js';
import { maxDifference } from '../../reference/centralDifference.js';

type Numbers = Record<string, number[]>;
interface Case {
  name: string;
  architecture: Architecture;
  masked: boolean;
  taught: boolean;
  lossOn: 'every' | 'last';
  loss: LossName;
  fed: Numbers;
  states: Numbers;
  target: number[];
  weight: number[];
  weights: Numbers;
  expected: {
    loss: number;
    y: number[];
    states: Numbers;
    gradients: Numbers;
    stateGradients: Numbers;
    running: Numbers;
    attention: number[][];
  };
}
const oracle = JSON.parse(readFileSync(new URL('../../fixtures/torchNetworks.json', import.meta.url), 'utf8')) as {
  torch: string;
  steps: number;
  batch: number;
  cases: Case[];
};
const { steps, batch } = oracle;

/** The training variant of a case's network, as a step model. */
function stepModel({ architecture: given, weights, masked, taught }: Case): ModelProto {
  const a = architecture(given);
  const data = Object.fromEntries(
    architectureParameters(a).map(({ name }) => [name, Float32Array.from(weights[name])]),
  );
  return buildStepModel(a, data, { training: true, masked, taught });
}

async function run(
  model: ModelProto,
  feeds: Readonly<Record<string, FloatArray>>,
): Promise<Record<string, FloatArray>> {
  const runner = await createGraphRunner(encodeModel(model));
  const results = await runner.run(Object.fromEntries(runner.inputs.map((name) => [name, feeds[name]])));
  await runner.release();
  return results;
}

type Fed = { perStep: readonly FedValue[]; states: readonly FedValue[]; weights: readonly FedValue[] };

function feedsOf(
  { fed, states, weights, target, weight, architecture: { horizon } }: Case,
  graph: Fed,
): Record<string, FloatArray> {
  const floats = (data: readonly number[], dims: readonly number[]): FloatArray => ({
    data: Float32Array.from(data),
    dims,
  });
  return {
    ...Object.fromEntries(graph.perStep.map(({ name, dims }) => [name, floats(fed[name], dims)])),
    ...Object.fromEntries(graph.states.map(({ name, dims }) => [`state.${name}`, floats(states[name], dims)])),
    ...Object.fromEntries(graph.weights.map(({ name, dims }) => [name, floats(weights[name], dims)])),
    target: floats(target, [target.length / horizon, horizon]),
    weight: floats(weight, [target.length / horizon, horizon]),
    rate: floats([1], []),
    t: floats([1], []),
  };
}

/** Float32 against float64; about ten times what was seen. */
const tolerance = 2.5e-6;

describe(`networks, against PyTorch ${oracle.torch}`, () => {
  for (const example of oracle.cases) {
    const { expected, lossOn } = example;
    const loss = losses[example.loss](example.architecture);

    it(`${example.name}: loss, states and every gradient agree`, async () => {
      const options = { step: stepModel(example), steps, batch, loss, lossOn, optimiser: sgd() };
      const graph = trainingGraph({ ...options, gradients: true, stateGradients: true });
      const results = await run(graph.model, feedsOf(example, graph));
      const differences: Numbers = { loss: [Math.abs(results.loss.data[0] - expected.loss)] };
      const note = (what: string, found: ArrayLike<number>, right: ArrayLike<number>): void => {
        (differences[what] ??= []).push(maxDifference(found, right));
      };
      for (const [name, right] of Object.entries(expected.states))
        note('states', results[`state.${name}_next`].data, right);
      for (const [name, right] of Object.entries(expected.gradients))
        note('gradients', results[`d.${name}`].data, right);
      for (const [name, right] of Object.entries(expected.running))
        note('running', results[`${name}_next`].data, right);
      for (const [name, right] of Object.entries(expected.stateGradients)) {
        note('dL/dstate', results[`grad.${name}`].data.slice(0, right.length), right);
      }
      const worst = Object.entries(differences).map(([what, all]) => [what, Math.max(...all)] as const);
      console.log(`${example.name}: ${worst.map(([what, d]) => `${what} ${d.toExponential(1)}`).join(', ')}`);
      for (const [what, difference] of worst) expect(difference, what).toBeLessThan(tolerance);
    });

    it(`${example.name}: answers agree`, async () => {
      const graph = evaluationGraph({ step: stepModel(example), steps, batch, loss, lossOn });
      const results = await run(graph.model, feedsOf(example, graph));
      expect(results.loss.data[0]).toBeCloseTo(expected.loss, 5);
      expect(maxDifference(results.y.data, expected.y)).toBeLessThan(tolerance);
      if (expected.attention.length === 0) return;
      const decoded = example.architecture.head === 'decoder' ? example.architecture.horizon : 1;
      const byLag = expected.attention.filter((_, i) => i % decoded === 0).flat();
      expect(maxDifference(results.attention.data, byLag)).toBeLessThan(tolerance);
    });
  }
});
