import { describe, expect, it } from 'vitest';
import { differentiate } from '../../../src/onnx/differentiate.js';
import { gradientRules } from '../../../src/onnx/gradients/gradientRules.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { Random } from '../../../src/series/random.js';
import { centralDifference, maxDifference } from '../../reference/centralDifference.js';
import { interpretGraph } from '../../reference/interpretGraph.js';

type Build = (g: GraphBuilder, ...inputs: string[]) => string | readonly string[];
interface Case {
  readonly of: string; // the operator
  readonly with: string;
  readonly shapes: readonly (readonly number[])[];
  readonly build: Build;
}

const binary = (of: string): Case[] =>
  [
    [
      'equal shapes',
      [
        [3, 4],
        [3, 4],
      ],
    ],
    ['a row broadcast on the right', [[3, 4], [4]]],
    [
      'a column broadcast on the left',
      [
        [3, 1],
        [3, 4],
      ],
    ],
    [
      'both broadcast',
      [
        [2, 1, 4],
        [3, 1],
      ],
    ],
    ['a single number', [[], [2, 3]]],
  ].map(([title, shapes]) => ({
    of,
    with: title as string,
    shapes: shapes as number[][],
    build: (g, a, b) => g.op(of, [a, b]),
  }));

const unary = (of: string): Case => ({ of, with: 'a matrix', shapes: [[3, 4]], build: (g, x) => g.op(of, [x]) });

const cases: Case[] = [
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min'].flatMap(binary),
  ...['Neg', 'Abs', 'Exp', 'Sqrt', 'Sigmoid', 'Tanh', 'Relu', 'Identity'].map(unary),
  {
    of: 'MatMul',
    with: 'two matrices',
    shapes: [
      [3, 4],
      [4, 2],
    ],
    build: (g, a, b) => g.op('MatMul', [a, b]),
  },
  {
    of: 'MatMul',
    with: 'a stack and one matrix',
    shapes: [
      [2, 3, 4],
      [4, 2],
    ],
    build: (g, a, b) => g.op('MatMul', [a, b]),
  },
  {
    of: 'MatMul',
    with: 'two stacks',
    shapes: [
      [2, 3, 4],
      [2, 4, 2],
    ],
    build: (g, a, b) => g.op('MatMul', [a, b]),
  },
  {
    of: 'MatMul',
    with: 'one weight used by three steps',
    shapes: [
      [3, 4],
      [4, 4],
    ],
    build: (g, x, w) =>
      g.op('MatMul', [g.op('Tanh', [g.op('MatMul', [g.op('Tanh', [g.op('MatMul', [x, w])]), w])]), w]),
  },
  ...[0, 1].flatMap((transA) =>
    [0, 1].map(
      (transB): Case => ({
        of: 'Gemm',
        with: `transA ${transA}, transB ${transB}, factors and a bias row`,
        shapes: [transA ? [4, 3] : [3, 4], transB ? [2, 4] : [4, 2], [2]],
        build: (g, a, b, c) => g.op('Gemm', [a, b, c], { transA, transB, alpha: 0.5, beta: 2 }),
      }),
    ),
  ),
  {
    of: 'Gemm',
    with: 'no bias',
    shapes: [
      [3, 4],
      [4, 2],
    ],
    build: (g, a, b) => g.op('Gemm', [a, b]),
  },
  {
    of: 'Concat',
    with: 'three widths, last axis',
    shapes: [
      [2, 1],
      [2, 3],
      [2, 2],
    ],
    build: (g, ...xs) => g.op('Concat', xs, { axis: -1 }),
  },
  {
    of: 'Concat',
    with: 'the same value twice',
    shapes: [[2, 3]],
    build: (g, x) => g.op('Concat', [x, x], { axis: 0 }),
  },
  {
    of: 'Split',
    with: 'every part used',
    shapes: [[2, 6]],
    build: (g, x) => g.ops(3, 'Split', [x, g.ints([1, 3, 2])], { axis: 1 }),
  },
  {
    of: 'Split',
    with: 'one part unused',
    shapes: [[4, 2]],
    build: (g, x) => g.ops(2, 'Split', [x, g.ints([1, 3])], { axis: 0 })[1],
  },
  {
    of: 'Slice',
    with: 'a block',
    shapes: [[4, 5]],
    build: (g, x) => g.op('Slice', [x, g.ints([1, -3]), g.ints([3, 5]), g.ints([0, 1])]),
  },
  { of: 'Reshape', with: 'an open axis', shapes: [[4, 3]], build: (g, x) => g.op('Reshape', [x, g.ints([2, -1])]) },
  { of: 'Squeeze', with: 'two axes', shapes: [[1, 3, 1]], build: (g, x) => g.op('Squeeze', [x, g.ints([0, 2])]) },
  { of: 'Unsqueeze', with: 'the last axis', shapes: [[3, 2]], build: (g, x) => g.op('Unsqueeze', [x, g.ints([-1])]) },
  {
    of: 'Transpose',
    with: 'three axes turned',
    shapes: [[2, 3, 4]],
    build: (g, x) => g.op('Transpose', [x], { perm: [2, 0, 1] }),
  },
  { of: 'Transpose', with: 'no permutation given', shapes: [[2, 3]], build: (g, x) => g.op('Transpose', [x]) },
  {
    of: 'Expand',
    with: 'a new axis and a repeated one',
    shapes: [[3, 1]],
    build: (g, x) => g.op('Expand', [x, g.ints([2, 3, 4])]),
  },
  {
    of: 'ReduceSum',
    with: 'one axis, dropped',
    shapes: [[3, 4]],
    build: (g, x) => g.op('ReduceSum', [x, g.ints([-1])], { keepdims: 0 }),
  },
  { of: 'ReduceSum', with: 'every axis', shapes: [[3, 4]], build: (g, x) => g.op('ReduceSum', [x]) },
  {
    of: 'ReduceMean',
    with: 'one axis, kept',
    shapes: [[3, 4]],
    build: (g, x) => g.op('ReduceMean', [x], { axes: [0] }),
  },
  { of: 'ReduceMean', with: 'every axis', shapes: [[3, 4]], build: (g, x) => g.op('ReduceMean', [x], { keepdims: 0 }) },
  {
    of: 'Where',
    with: 'a comparison',
    shapes: [[3, 4], [4]],
    build: (g, a, b) => g.op('Where', [g.op('Less', [a, b]), g.op('Mul', [a, b]), b]),
  },
];

/** L = Σ k ⊙ y over all outputs, with fixed random k: no element's gradient is the same as its neighbour's. */
function weighted(g: GraphBuilder, outputs: readonly string[], random: Random): string {
  const sums = outputs.map((output) => {
    const shape = g.shape(output).map(Number);
    const k = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.fround(random.normal()));
    return g.op('ReduceSum', [g.op('Mul', [output, g.constant(k, shape)])], { keepdims: 0 });
  });
  return sums.reduce((a, b) => g.op('Add', [a, b]));
}

describe('gradientRules', () => {
  for (const { of, with: title, shapes, build } of cases) {
    it(`${of} with ${title} agrees with central differences`, () => {
      const random = new Random(5);
      const g = new GraphBuilder('case');
      const inputs = shapes.map((shape, i) => g.input(`x${i}`, shape));
      const feeds = Object.fromEntries(
        inputs.map((name, i) => [
          name,
          Array.from(
            { length: shapes[i].reduce((a, b) => a * b, 1) },
            () => random.between(0.3, 2) * (of === 'Sqrt' || random.chance(0.5) ? 1 : -1),
          ),
        ]),
      );
      const built = build(g, ...inputs);
      const loss = weighted(g, typeof built === 'string' ? [built] : built, random);
      const gradients = differentiate(g, loss, inputs);
      const values = interpretGraph(g, feeds);
      for (const input of inputs) {
        const found = values.get(gradients.get(input)!)!;
        expect(found.dims).toEqual(g.shape(input));
        expect(maxDifference(found.data, centralDifference(g, feeds, loss, input))).toBeLessThan(1e-7);
      }
    });
  }

  it('has a case for every rule', () => {
    expect(new Set(cases.map(({ of }) => of))).toEqual(new Set(Object.keys(gradientRules)));
  });
});
