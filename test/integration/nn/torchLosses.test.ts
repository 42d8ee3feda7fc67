import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createGraphRunner, type FloatArray } from '../../../src/inference/graphRunner.js';
import { type LossName, losses } from '../../../src/nn/losses/losses.js';
import { encodeModel } from '../../../src/onnx/codec.js';
import { differentiate } from '../../../src/onnx/differentiate.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { maxDifference } from '../../reference/centralDifference.js';

interface Case {
  name: LossName;
  options: { delta?: number; levels?: number[] };
  dims: number[];
  y: number[];
  target: number[];
  weight: number[];
  loss: number;
  slopes: number[];
}
const oracle = JSON.parse(readFileSync(new URL('../../fixtures/torchLosses.json', import.meta.url), 'utf8')) as {
  torch: string;
  cases: Case[];
};

async function evaluate({ name, options, dims, y, target, weight }: Case): Promise<Record<string, Float32Array>> {
  const g = new GraphBuilder(name);
  const shape = dims.slice(0, 2);
  const answer = g.input('y', dims);
  const loss = losses[name]({ levels: [], ...options }).build(
    g,
    answer,
    g.input('target', shape),
    g.input('weight', shape),
  );
  g.output('loss', loss);
  g.output('slopes', differentiate(g, loss, [answer]).get(answer)!);
  const runner = await createGraphRunner(encodeModel(g.model()));
  const fed = (data: readonly number[], of: readonly number[]): FloatArray => ({
    data: Float32Array.from(data),
    dims: of,
  });
  const results = await runner.run({ y: fed(y, dims), target: fed(target, shape), weight: fed(weight, shape) });
  await runner.release();
  return { loss: results.loss.data, slopes: results.slopes.data };
}

describe(`losses, against PyTorch ${oracle.torch}`, () => {
  for (const example of oracle.cases) {
    it(`${example.name} ${JSON.stringify(example.options)}: value and slopes agree`, async () => {
      const { loss, slopes } = await evaluate(example);
      const differences = [
        Math.abs(loss[0] - example.loss) / Math.max(1, example.loss),
        maxDifference(slopes, example.slopes),
      ];
      console.log(
        `${example.name}: maximum difference of loss and slopes ${differences.map((d) => d.toExponential(1))}`,
      );
      expect(Math.max(...differences)).toBeLessThan(5e-7);
    });

    it(`${example.name} ${JSON.stringify(example.options)}: what weighs nothing changes nothing, whatever stands there`, async () => {
      const rows = example.dims[0];
      const weight = example.weight.map((w, i) => (i < example.weight.length / rows ? 0 : w));
      const y = example.y.map((v, i) => (i < example.y.length / rows ? 50 : v));
      const [first, second] = [await evaluate({ ...example, weight }), await evaluate({ ...example, weight, y })];
      expect(second.loss).toEqual(first.loss);
      expect(maxDifference(second.slopes, first.slopes)).toBe(0);
      const none = await evaluate({ ...example, weight: weight.map(() => 0) });
      expect(none.loss[0]).toBe(0);
      expect(none.slopes.every((slope) => Math.abs(slope) === 0)).toBe(true);
    });
  }
});
