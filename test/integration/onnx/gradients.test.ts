import { afterAll, describe, expect, it } from 'vitest';
import { createGraphRunner } from '../../../src/inference/graphRunner.js';
import { checkModel } from '../../../src/onnx/check/checkModel.js';
import { encodeModel } from '../../../src/onnx/codec.js';
import type { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { centralDifference, maxDifference } from '../../reference/centralDifference.js';
import { type Differentiated, differentiatedCase, differentiatedRandom } from '../../reference/differentiated.js';
import { gradientCases } from '../../reference/gradientCases.js';
import { interpretGraph } from '../../reference/interpretGraph.js';

/** How many random graphs; more with STEPCAST_GRAPHS=1000. */
const graphs = Number(process.env.STEPCAST_GRAPHS ?? 60);
const perTest = 20;

const largest = (values: readonly number[]): number => values.reduce((worst, v) => Math.max(worst, Math.abs(v)), 1);

/** Operators that give no float32, and those that give what they take. */
const notFloat = new Set(['And', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Not', 'Or', 'Shape']);
const likeInput = new Set(['Concat', 'Reshape', 'Unsqueeze']);

/** Makes every float32 value of a graph an output; returns them with the values they are. */
function showAll(g: GraphBuilder): Map<string, string> {
  const others = new Set([...g.constants].filter(([, { type }]) => type !== 'float32').map(([name]) => name));
  const shown = new Map<string, string>();
  for (const { opType, inputs, outputs, attributes } of [...g.nodes]) {
    const toOther = opType === 'Cast' && attributes.to !== 1;
    const isFloat = !notFloat.has(opType) && !toOther && !(likeInput.has(opType) && others.has(inputs[0]));
    for (const value of outputs) {
      if (!isFloat) others.add(value);
      else if (value.startsWith('.')) shown.set(`all${value}`, value);
    }
  }
  for (const [name, value] of shown) g.output(name, value);
  return shown;
}

/**
 * The largest difference between ONNX Runtime in float32 and the interpreter in float64, as a part of the largest number of the value. Every value is
 * compared, and its shape with the one inferred.
 */
async function runtimeDifference({ g, feeds }: Differentiated): Promise<number> {
  const shown = showAll(g);
  const model = g.model();
  expect(checkModel(model).errors).toEqual([]);
  const runner = await createGraphRunner(encodeModel(model));
  const inputs = Object.entries(feeds).map(([name, data]) => {
    return [name, { data: Float32Array.from(data), dims: g.shape(name).map(Number) }] as const;
  });
  const found = await runner.run(Object.fromEntries(inputs));
  await runner.release();
  const expected = interpretGraph(g, feeds);
  let worst = 0;
  for (const [name, value] of shown) {
    const { data } = expected.get(value)!;
    expect(found[name].dims, value).toEqual(g.shape(value));
    worst = Math.max(worst, maxDifference(found[name].data, data) / largest(data));
  }
  return worst;
}

/** The largest difference between the gradients and central differences, as a part of the largest gradient. */
function centralDifferences({ g, forward, loss, feeds, gradients }: Differentiated): number {
  const values = interpretGraph(g, feeds);
  let worst = 0;
  for (const [name, gradient] of gradients) {
    const { data } = values.get(gradient)!;
    worst = Math.max(worst, maxDifference(data, centralDifference(forward, feeds, loss, name, 1e-6)) / largest(data));
  }
  return worst;
}

describe('gradients on ONNX Runtime', () => {
  let worst = 0;
  afterAll(() => console.log(`rules in float32: maximum difference ${worst.toExponential(1)}`));

  for (const of of new Set(gradientCases.map((each) => each.of))) {
    it(`${of}: float32 gives what the formulas give`, async () => {
      for (const each of gradientCases.filter((one) => one.of === of)) {
        const difference = await runtimeDifference(differentiatedCase(each));
        worst = Math.max(worst, difference);
        expect(difference, each.with).toBeLessThan(5e-6);
      }
    });
  }
});

describe('gradients of random graphs', () => {
  const worst = { central: 0, runtime: 0 };
  afterAll(() =>
    console.log(
      `${graphs} random graphs: maximum difference from central differences ${worst.central.toExponential(1)}, ` +
        `of float32 ${worst.runtime.toExponential(1)}`,
    ),
  );

  for (let from = 0; from < graphs; from += perTest) {
    const to = Math.min(from + perTest, graphs);
    it(`of seeds ${from} to ${to - 1} agree with central differences and are the same on ONNX Runtime`, async () => {
      for (let seed = from; seed < to; seed++) {
        const graph = differentiatedRandom(seed);
        const [central, runtime] = [centralDifferences(graph), await runtimeDifference(graph)];
        worst.central = Math.max(worst.central, central);
        worst.runtime = Math.max(worst.runtime, runtime);
        expect(central, `seed ${seed}`).toBeLessThan(1e-7);
        expect(runtime, `seed ${seed}`).toBeLessThan(1e-4);
      }
    });
  }
});
