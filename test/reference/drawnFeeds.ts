import type { FloatArray } from '../../src/inference/graphRunner.js';
import type { TrainingGraph } from '../../src/nn/trainingGraph.js';
import type { Random } from '../../src/series/random.js';

/** Inputs and states that are 1 or 0. */
const masks = new Set(['alive', 'coin', 'filled']);

/** Something for every input of a training graph: drawn data, the weights it came with, empty slots, t = 1. */
export function drawnFeeds(
  { model, perStep, states, weights, slots }: TrainingGraph,
  random: Random,
): Record<string, FloatArray> {
  const size = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);
  const drawn = (dims: readonly number[], map = (value: number) => value): FloatArray => ({
    dims,
    data: Float32Array.from({ length: size(dims) }, () => map(random.normal())),
  });
  const draw = (name: string, dims: readonly number[]): FloatArray =>
    drawn(dims, masks.has(name) ? (value) => Number(value > 0) : undefined);
  const dimsOf = (name: string): number[] =>
    model
      .graph!.input.find((input) => input.name === name)!
      .type!.tensorType!.shape!.dim.map(({ dimValue }) => dimValue!);
  return {
    ...Object.fromEntries(perStep.map(({ name, dims }) => [name, draw(name, dims)])),
    ...Object.fromEntries(states.map(({ name, dims }) => [`state.${name}`, draw(name, dims)])),
    ...Object.fromEntries(weights.map(({ name, dims, data }) => [name, { dims, data }])),
    ...Object.fromEntries(slots.map(({ name, dims }) => [name, { dims, data: new Float32Array(size(dims)) }])),
    target: drawn(dimsOf('target')),
    weight: drawn(dimsOf('weight'), Math.abs),
    rate: { dims: [], data: new Float32Array([0.01]) },
    t: { dims: [], data: new Float32Array([1]) },
  };
}
