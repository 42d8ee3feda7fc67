import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { pullBack } from '../../../src/onnx/differentiate.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { lowerNode } from '../../../src/onnx/lower/lowerNode.js';
import { maxDifference } from '../../reference/centralDifference.js';
import { interpretGraph } from '../../reference/interpretGraph.js';
import type { Tensor } from '../../reference/tensor.js';

interface Case {
  readonly inputs: Tensor[];
  readonly y: Tensor;
  readonly k: Tensor;
  readonly gradients: Tensor[];
}
const oracle = JSON.parse(readFileSync(new URL('../../fixtures/torchGradients.json', import.meta.url), 'utf8')) as {
  torch: string;
  cases: Record<string, Case>;
};

type Build = (g: GraphBuilder, ...inputs: string[]) => string;
const column = (g: GraphBuilder, ...data: number[]): string => g.constant(data, [data.length]);

/** What the first word of a case does not say. */
const builds: Readonly<Record<string, Build>> = {
  Gemm: (g, ...xs) => g.op('Gemm', xs, { transA: 1, transB: 1, alpha: 0.5, beta: 2 }),
  'Pow 2': (g, x) => g.op('Pow', [x, g.scalar(2)]),
  'Pow 3': (g, x) => g.op('Pow', [x, g.scalar(3)]),
  'Pow 0': (g, x) => g.op('Pow', [x, g.scalar(0)]),
  Clip: (g, x) => g.op('Clip', [x, g.scalar(-0.5), g.scalar(1.5)]),
  Where: (g, x, a, b) => g.op('Where', [g.op('Greater', [x, g.scalar(0)]), a, b]),
  LeakyRelu: (g, x) => g.op('LeakyRelu', [x], { alpha: 0.2 }),
  Elu: (g, x) => g.op('Elu', [x], { alpha: 0.7 }),
  Softmax: (g, x) => g.op('Softmax', [x], { axis: 1 }),
  ReduceSum: (g, x) => g.op('ReduceSum', [x, g.ints([0, 2])], { keepdims: 0 }),
  ReduceMean: (g, x) => g.op('ReduceMean', [x], { axes: [0, 2] }),
  Concat: (g, a, b) => g.op('Concat', [a, b, a], { axis: 1 }),
  Split: (g, x) => g.ops(3, 'Split', [x, g.ints([1, 3, 2])], { axis: 1 })[1],
  Slice: (g, x) => g.op('Slice', [x, g.ints([1, 0]), g.ints([9, 9]), g.ints([0, 1]), g.ints([1, 3])]),
  Gather: (g, x) => g.op('Gather', [x, g.literal({ type: 'int64', dims: [2, 2], data: [2, 0, 2, 1] })], { axis: 1 }),
  Reshape: (g, x) => g.op('Reshape', [x, g.ints([3, -1])]),
  Transpose: (g, x) => g.op('Transpose', [x], { perm: [2, 0, 1] }),
  Squeeze: (g, x) => g.op('Squeeze', [x, g.ints([1])]),
  Unsqueeze: (g, x) => g.op('Unsqueeze', [x, g.ints([-1])]),
  Expand: (g, x) => g.op('Expand', [x, g.ints([2, 3, 4])]),
  BatchNormalization: (g, ...xs) =>
    g.op('BatchNormalization', [...xs, column(g, 0.1, -0.2, 0.3), column(g, 0.5, 1, 2)], { epsilon: 0.01 }),
  'BatchNormalization training': (g, ...xs) => {
    const attributes = { epsilon: 0.01, training_mode: 1 };
    const node = { opType: 'BatchNormalization', inputs: [], outputs: ['y', 'm', 'v'], attributes };
    return lowerNode(g, node, [...xs, column(g, 0, 0, 0), column(g, 1, 1, 1)])[0];
  },
  LayerNormalization: (g, ...xs) => g.op('LayerNormalization', xs, { axis: 1, epsilon: 0.01 }),
};

describe(`gradients of PyTorch ${oracle.torch}`, () => {
  let worst = 0;
  afterAll(() => console.log(`operators against PyTorch: maximum difference ${worst.toExponential(1)}`));

  for (const [name, { inputs, y, k, gradients }] of Object.entries(oracle.cases)) {
    it(`${name} is what autograd says`, () => {
      const g = new GraphBuilder(name);
      const names = inputs.map(({ dims }, i) => g.input(`x${i}`, dims));
      const value = (builds[name] ?? ((_g, ...xs) => g.op(name.split(' ')[0], xs)))(g, ...names);
      const found = pullBack(g, new Map([[value, g.constant(k.data, k.dims)]]), names);
      const values = interpretGraph(g, Object.fromEntries(names.map((input, i) => [input, inputs[i].data])));
      expect(values.get(value)!.dims).toEqual(y.dims);
      const differences = [maxDifference(values.get(value)!.data, y.data)];
      for (const [i, expected] of gradients.entries()) {
        const gradient = found.get(names[i]);
        const zeros = expected.data.map(() => 0);
        differences.push(maxDifference(gradient ? values.get(gradient)!.data : zeros, expected.data));
      }
      worst = Math.max(worst, ...differences);
      expect(Math.max(...differences)).toBeLessThan(1e-12);
    });
  }
});
