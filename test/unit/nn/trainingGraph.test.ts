import { describe, expect, it } from 'vitest';
import { pinball } from '../../../src/nn/losses/pinball.js';
import { adam } from '../../../src/nn/optimisers/adam.js';
import { type TrainingGraph, trainingGraph } from '../../../src/nn/trainingGraph.js';
import { Random } from '../../../src/series/random.js';
import { maxDifference } from '../../reference/centralDifference.js';
import { interpretModel } from '../../reference/interpretModel.js';
import { naiveTraining } from '../../reference/naiveTraining.js';
import { type StepRecipe, stepRecipe } from '../../reference/stepRecipes.js';

const shared = { inputSize: 2, hiddenSize: 3, horizon: 2, levels: 2 };
const loss = pinball([0.2, 0.7]);

type Feeds = Record<string, readonly number[]>;

function drawnFeeds({ perStep, states, weights, slots }: TrainingGraph, target: number, random: Random): Feeds {
  const size = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);
  const draw = (length: number): number[] => Array.from({ length }, () => random.normal());
  return {
    ...Object.fromEntries(perStep.map(({ name, dims }) => [name, draw(size(dims))])),
    ...Object.fromEntries(states.map(({ name, dims }) => [`state.${name}`, draw(size(dims))])),
    ...Object.fromEntries(weights.map(({ name, data }) => [name, [...data]])),
    ...Object.fromEntries(slots.map(({ name, dims }) => [name, new Array<number>(size(dims)).fill(0)])),
    target: draw(target),
    weight: draw(target).map(Math.abs),
    rate: [0.01],
    t: [1],
  };
}

const recipes: StepRecipe[] = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) =>
  [1, 2, 3].map((layers) => ({ ...shared, cell, layers })),
);

describe('trainingGraph', () => {
  for (const recipe of recipes) {
    for (const lossOn of ['every', 'last'] as const) {
      it(`${recipe.layers} × ${recipe.cell}, loss on ${lossOn}: the gradients are those of the graph unrolled step by step`, () => {
        const random = new Random(5);
        const [steps, batch] = [4, 2];
        const step = stepRecipe(recipe, random);
        const options = { step, steps, batch, loss, lossOn };
        const training = trainingGraph({ ...options, optimiser: adam(), gradients: true });
        const feeds = drawnFeeds(training, (lossOn === 'last' ? 1 : steps) * batch * 2, random);
        const found = interpretModel(training.model, feeds);
        const expected = interpretModel(naiveTraining(options), feeds);
        for (const [name, values] of expected) expect(maxDifference(found.get(name)!, values)).toBeLessThan(1e-12);
      });
    }
  }
});
