import { describe, expect, it } from 'vitest';
import { pinball } from '../../../src/nn/losses/pinball.js';
import { adam } from '../../../src/nn/optimisers/adam.js';
import { trainingGraph } from '../../../src/nn/trainingGraph.js';
import { Random } from '../../../src/series/random.js';
import { maxDifference } from '../../reference/centralDifference.js';
import { drawnFeeds } from '../../reference/drawnFeeds.js';
import { interpretModel } from '../../reference/interpretModel.js';
import { naiveTraining } from '../../reference/naiveTraining.js';
import { type StepRecipe, stepRecipe } from '../../reference/stepRecipes.js';

const shared = { inputSize: 2, hiddenSize: 3, horizon: 2, levels: 2 };
const loss = pinball([0.2, 0.7]);

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
        const training = trainingGraph({ ...options, optimiser: adam(), gradients: true, fuse: false });
        const feeds = Object.fromEntries(
          Object.entries(drawnFeeds(training, random)).map(([name, { data }]) => [name, [...data]]),
        );
        const found = interpretModel(training.model, feeds);
        const expected = interpretModel(naiveTraining(options), feeds);
        for (const [name, values] of expected) expect(maxDifference(found.get(name)!, values)).toBeLessThan(1e-12);
      });
    }
  }
});
