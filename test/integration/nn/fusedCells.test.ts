import { describe, expect, it } from 'vitest';
import { createGraphRunner, type FloatArray } from '../../../src/inference/graphRunner.js';
import { pinball } from '../../../src/nn/losses/pinball.js';
import { adam } from '../../../src/nn/optimisers/adam.js';
import { type TrainingGraph, trainingGraph } from '../../../src/nn/trainingGraph.js';
import { encodeModel } from '../../../src/onnx/codec.js';
import { Random } from '../../../src/series/random.js';
import { maxDifference } from '../../reference/centralDifference.js';
import { drawnFeeds } from '../../reference/drawnFeeds.js';
import { stepRecipe } from '../../reference/stepRecipes.js';

const shared = { inputSize: 3, hiddenSize: 8, horizon: 4, levels: 1 };

async function outputsOf(
  { model }: TrainingGraph,
  feeds: Record<string, FloatArray>,
): Promise<Record<string, FloatArray>> {
  const runner = await createGraphRunner(encodeModel(model));
  const results = await runner.run(feeds);
  await runner.release();
  return results;
}

describe('trainingGraph with whole cells as one operator', () => {
  for (const cell of ['gru', 'lstm'] as const) {
    for (const layers of [1, 2]) {
      it(`${layers} × ${cell}: gives what the cells written out give`, async () => {
        const random = new Random(8);
        const step = stepRecipe({ ...shared, cell, layers }, random);
        const graphOf = (fuse: boolean): TrainingGraph =>
          trainingGraph({
            step,
            steps: 24,
            batch: 5,
            loss: pinball([0.5]),
            lossOn: 'every',
            optimiser: adam(),
            clipNorm: 1,
            gradients: true,
            fuse,
          });
        const [fused, plain] = [graphOf(true), graphOf(false)];
        const operators = fused.model.graph!.node.filter(({ opType }) => opType === cell.toUpperCase());
        expect(operators).toHaveLength(layers);
        const feeds = drawnFeeds(fused, random);
        const [found, expected] = [await outputsOf(fused, feeds), await outputsOf(plain, feeds)];
        let worst = 0;
        for (const [name, { data }] of Object.entries(expected)) {
          if (name.endsWith('_next') && !name.startsWith('state.')) continue;
          const size = Math.max(1e-6, ...data.map(Math.abs));
          worst = Math.max(worst, maxDifference(found[name].data, data) / size);
        }
        console.log(`${layers} × ${cell}: maximum relative difference of loss, norm, states and gradients ${worst}`);
        expect(worst).toBeLessThan(1e-5);
      });
    }
  }
});
