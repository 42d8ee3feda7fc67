import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createGraphRunner, type FloatArray } from '../../../src/inference/graphRunner.js';
import { type OptimiserName, optimisers } from '../../../src/nn/optimisers/optimisers.js';
import { encodeModel } from '../../../src/onnx/codec.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { maxDifference } from '../../reference/centralDifference.js';

type Parameters = Record<'W' | 'b', number[]>;
const oracle = JSON.parse(readFileSync(new URL('../../fixtures/torchOptimisers.json', import.meta.url), 'utf8')) as {
  torch: string;
  rate: number;
  shapes: Parameters;
  start: Parameters;
  gradients: Parameters[];
  cases: { name: OptimiserName; options: object; after: Parameters[] }[];
};
const names = ['W', 'b'] as const;

const floats = (data: readonly number[], dims: readonly number[]): FloatArray => ({
  data: Float32Array.from(data),
  dims,
});

describe(`optimisers, against PyTorch ${oracle.torch}`, () => {
  for (const { name, options, after } of oracle.cases) {
    it(`${name} ${JSON.stringify(options)}: twenty updates agree`, async () => {
      const optimiser = optimisers[name](options);
      const g = new GraphBuilder(name);
      const shared = optimiser.prepare(g, g.input('rate', []), g.input('t', []));
      const feeds: Record<string, FloatArray> = { rate: floats([oracle.rate], []) };
      for (const parameter of names) {
        const shape = oracle.shapes[parameter];
        feeds[parameter] = floats(oracle.start[parameter], shape);
        const slots = optimiser.slots.map((slot) => {
          const memory = `${slot}.${parameter}`;
          feeds[memory] = floats(
            oracle.start[parameter].map(() => 0),
            shape,
          );
          return [slot, g.input(memory, shape)];
        });
        const value = g.input(parameter, shape);
        const gradient = g.input(`d.${parameter}`, shape);
        const next = optimiser.update(
          g,
          { name: parameter, value, slots: Object.fromEntries(slots), gradient },
          shared,
        );
        g.output(`${parameter}_next`, next.value);
        for (const slot of optimiser.slots) g.output(`${slot}.${parameter}_next`, next.slots[slot]);
      }
      const runner = await createGraphRunner(encodeModel(g.model()));
      const carried = Object.keys(feeds).filter((input) => input !== 'rate');
      let worst = 0;
      for (const [i, expected] of after.entries()) {
        feeds.t = floats([i + 1], []);
        for (const parameter of names) {
          feeds[`d.${parameter}`] = floats(oracle.gradients[i][parameter], oracle.shapes[parameter]);
        }
        const results = await runner.run(feeds);
        for (const input of carried) feeds[input] = results[`${input}_next`];
        for (const parameter of names) {
          worst = Math.max(worst, maxDifference(feeds[parameter].data, expected[parameter]));
        }
      }
      await runner.release();
      console.log(`${name} ${JSON.stringify(options)}: maximum difference ${worst.toExponential(1)}`);
      expect(worst).toBeLessThan(1e-6);
    });
  }
});
