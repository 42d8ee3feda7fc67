import type { GraphBuilder } from '../../src/onnx/graphBuilder.js';

type Build = (g: GraphBuilder, ...inputs: string[]) => string | readonly string[];
export interface GradientCase {
  readonly of: string; // the operator
  readonly with: string;
  readonly shapes: readonly (readonly number[])[];
  readonly build: Build;
  readonly positive?: boolean; // inputs above 0
  readonly wrt?: readonly number[]; // the inputs that are differentiated; all of them by default
}

const binary = (of: string): GradientCase[] =>
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

const unary = (of: string): GradientCase => ({
  of,
  with: 'a matrix',
  shapes: [[3, 4]],
  build: (g, x) => g.op(of, [x]),
});

/** Operators between inputs: at least one case for every gradient rule. */
export const gradientCases: GradientCase[] = [
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Sum'].flatMap(binary),
  ...binary('Pow').map((each) => ({ ...each, positive: true })),
  ...['Neg', 'Abs', 'Exp', 'Sigmoid', 'Tanh', 'Relu', 'Identity', 'Erf', 'Reciprocal', 'Softplus'].map(unary),
  ...['Sqrt', 'Log'].map((of) => ({ ...unary(of), positive: true })),
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
      (transB): GradientCase => ({
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
  ...[0, 1, 2, 3, -1, 2.5].map(
    (power): GradientCase => ({
      of: 'Pow',
      with: `a fixed power of ${power}`,
      shapes: [[3, 4]],
      positive: power === 2.5,
      build: (g, x) => g.op('Pow', [x, g.scalar(power)]),
    }),
  ),
  {
    of: 'Pow',
    with: 'a power that is an integer constant',
    shapes: [[3]],
    build: (g, x) => g.op('Pow', [x, g.ints([3, 2, 0])]),
  },
  ...['Max', 'Min', 'Sum'].map(
    (of): GradientCase => ({
      of,
      with: 'four inputs',
      shapes: [[3, 4], [4], [], [3, 1]],
      build: (g, ...xs) => g.op(of, xs),
    }),
  ),
  { of: 'Max', with: 'one input', shapes: [[3]], build: (g, x) => g.op('Max', [x]) },
  {
    of: 'Clip',
    with: 'both bounds',
    shapes: [[4, 5], [], []],
    build: (g, x, low, high) =>
      g.op('Clip', [x, g.op('Neg', [g.op('Abs', [low])]), g.op('Mul', [g.op('Abs', [high]), g.scalar(0.5)])]),
  },
  {
    of: 'Clip',
    with: 'bounds that cross',
    shapes: [[4, 5]],
    build: (g, x) => g.op('Clip', [x, g.scalar(1), g.scalar(-1)]),
  },
  { of: 'Clip', with: 'no lower bound', shapes: [[4, 5], []], build: (g, x, high) => g.op('Clip', [x, '', high]) },
  { of: 'Clip', with: 'no upper bound', shapes: [[4, 5], []], build: (g, x, low) => g.op('Clip', [x, low]) },
  { of: 'Clip', with: 'no bound', shapes: [[2]], build: (g, x) => g.op('Clip', [x]) },
  unary('LeakyRelu'),
  {
    of: 'LeakyRelu',
    with: 'a slope',
    shapes: [[3, 4]],
    build: (g, x) => g.op('LeakyRelu', [x], { alpha: 0.3 }),
  },
  { of: 'PRelu', with: 'one slope', shapes: [[3, 4], [1]], build: (g, x, slope) => g.op('PRelu', [x, slope]) },
  { of: 'PRelu', with: 'a slope a column', shapes: [[3, 4], [4]], build: (g, x, slope) => g.op('PRelu', [x, slope]) },
  unary('Elu'),
  { of: 'Elu', with: 'a factor', shapes: [[3, 4]], build: (g, x) => g.op('Elu', [x], { alpha: 0.7 }) },
  ...['Softmax', 'LogSoftmax'].flatMap((of): GradientCase[] => [
    { of, with: 'the last axis', shapes: [[3, 4]], build: (g, x) => g.op(of, [x]) },
    ...[0, 1, -2].map(
      (axis): GradientCase => ({
        of,
        with: `axis ${axis}`,
        shapes: [[2, 3, 4]],
        build: (g, x) => g.op(of, [x], { axis }),
      }),
    ),
  ]),
  { of: 'MatMul', with: 'a row and a matrix', shapes: [[4], [4, 2]], build: (g, a, b) => g.op('MatMul', [a, b]) },
  { of: 'MatMul', with: 'a matrix and a column', shapes: [[3, 4], [4]], build: (g, a, b) => g.op('MatMul', [a, b]) },
  { of: 'MatMul', with: 'a row and a column', shapes: [[4], [4]], build: (g, a, b) => g.op('MatMul', [a, b]) },
  { of: 'MatMul', with: 'a row and a stack', shapes: [[4], [2, 4, 3]], build: (g, a, b) => g.op('MatMul', [a, b]) },
  { of: 'MatMul', with: 'a stack and a column', shapes: [[2, 3, 4], [4]], build: (g, a, b) => g.op('MatMul', [a, b]) },
  {
    of: 'MatMul',
    with: 'one matrix and a stack',
    shapes: [
      [3, 4],
      [2, 4, 2],
    ],
    build: (g, a, b) => g.op('MatMul', [a, b]),
  },
  {
    of: 'MatMul',
    with: 'stacks of which both are broadcast',
    shapes: [
      [5, 1, 3, 4],
      [2, 4, 2],
    ],
    build: (g, a, b) => g.op('MatMul', [a, b]),
  },
  ...[[], [1], [3, 1], [1, 2], [3, 2]].map(
    (c): GradientCase => ({
      of: 'Gemm',
      with: `a bias of shape [${c}]`,
      shapes: [[3, 4], [4, 2], c],
      build: (g, ...xs) => g.op('Gemm', xs),
    }),
  ),
  {
    of: 'Concat',
    with: 'one part of three asked for',
    shapes: [
      [2, 1],
      [2, 3],
      [2, 2],
    ],
    wrt: [1],
    build: (g, ...xs) => g.op('Concat', xs, { axis: 1 }),
  },
  {
    of: 'Split',
    with: 'equal parts without sizes',
    shapes: [[2, 6]],
    build: (g, x) => g.ops(3, 'Split', [x], { axis: -1 }),
  },
  {
    of: 'Split',
    with: 'two of three parts used',
    shapes: [[6, 2]],
    build: (g, x) => g.ops(3, 'Split', [x, g.ints([1, 3, 2])]).filter((_, i) => i !== 1),
  },
  ...(
    [
      ['no axes given', [1], [3], undefined, undefined],
      ['an end far beyond', [2], [2 ** 40], [1], undefined],
      ['every second', [1], [6], [1], [2]],
      ['every third, from the first', [0], [100], [1], [3]],
      ['backwards', [-1], [-(2 ** 40)], [1], [-1]],
      ['every second backwards, on two axes', [-2, 3], [-(2 ** 40), 0], [1, 0], [-2, -1]],
      ['one element with a step', [2], [3], [1], [5]],
    ] as const
  ).map(
    ([title, starts, ends, axes, steps]): GradientCase => ({
      of: 'Slice',
      with: title,
      shapes: [[4, 7]],
      build: (g, x) =>
        g.op('Slice', [
          x,
          g.ints(starts),
          g.ints(ends),
          ...(axes ? [g.ints(axes)] : []),
          ...(steps ? [g.ints(steps)] : []),
        ]),
    }),
  ),
  ...(
    [
      ['a single place', 0, [], [2]],
      ['a single place of the middle axis, counted from the end', 1, [], [-1]],
      ['a vector of one place', -1, [1], [1]],
      ['a matrix of one place', 1, [1, 1], [1]],
      ['places out of order and repeated', 0, [4], [2, 0, 2, -1]],
      ['places of the middle axis', 1, [3], [1, 1, 0]],
      ['a matrix of places of the last axis', 2, [2, 2], [3, 0, 0, -2]],
    ] as const
  ).map(
    ([title, axis, dims, data]): GradientCase => ({
      of: 'Gather',
      with: title,
      shapes: [[3, 2, 4]],
      build: (g, x) => g.op('Gather', [x, g.literal({ type: 'int64', dims, data })], { axis }),
    }),
  ),
  {
    of: 'Gather',
    with: 'places that are computed',
    shapes: [[3, 4], [5]],
    wrt: [0],
    build: (g, w, x) => g.op('Gather', [w, g.op('Cast', [g.op('Abs', [x])], { to: 7 })]),
  },
  { of: 'Reshape', with: 'an axis kept', shapes: [[4, 6]], build: (g, x) => g.op('Reshape', [x, g.ints([0, 2, 3])]) },
  { of: 'Flatten', with: 'the first axis kept', shapes: [[3, 2, 2]], build: (g, x) => g.op('Flatten', [x]) },
  { of: 'Flatten', with: 'axis 0', shapes: [[3, 2]], build: (g, x) => g.op('Flatten', [x], { axis: 0 }) },
  { of: 'Squeeze', with: 'every axis of 1', shapes: [[1, 3, 1]], build: (g, x) => g.op('Squeeze', [x]) },
  { of: 'Cast', with: 'float to float', shapes: [[3]], build: (g, x) => g.op('Cast', [x], { to: 1 }) },
  { of: 'Dropout', with: 'no training mode', shapes: [[3]], build: (g, x) => g.op('Dropout', [x]) },
  {
    of: 'Dropout',
    with: 'training mode off',
    shapes: [[3]],
    build: (g, x) => g.op('Dropout', [x, g.scalar(0.5), g.literal({ type: 'bool', dims: [], data: [0] })]),
  },
  ...[
    [3, 4],
    [2, 4, 3],
    [2, 4, 2, 2],
  ].map(
    (shape): GradientCase => ({
      of: 'BatchNormalization',
      with: `running statistics, rank ${shape.length}`,
      shapes: [shape, [4], [4]],
      build: (g, x, scale, bias) =>
        g.op(
          'BatchNormalization',
          [x, scale, bias, g.constant([0.1, -0.2, 0.3, 0], [4]), g.constant([0.5, 1, 2, 3], [4])],
          {
            epsilon: 0.01,
          },
        ),
    }),
  ),
  {
    of: 'LayerNormalization',
    with: 'the last axis',
    shapes: [[3, 4], [4], [4]],
    build: (g, ...xs) => g.op('LayerNormalization', xs, { epsilon: 0.01 }),
  },
  {
    of: 'LayerNormalization',
    with: 'the last two axes, no bias',
    shapes: [
      [2, 3, 4],
      [3, 4],
    ],
    build: (g, ...xs) => g.op('LayerNormalization', xs, { axis: 1 }),
  },
  {
    of: 'ReduceMean',
    with: 'two axes, dropped',
    shapes: [[3, 4, 2]],
    build: (g, x) => g.op('ReduceMean', [x], { axes: [0, -1], keepdims: 0 }),
  },
  {
    of: 'ReduceSum',
    with: 'the middle axis, kept',
    shapes: [[3, 4, 2]],
    build: (g, x) => g.op('ReduceSum', [x, g.ints([1])]),
  },
  {
    of: 'Where',
    with: 'everything broadcast',
    shapes: [[3, 1], [4], []],
    wrt: [1, 2],
    build: (g, x, a, b) => g.op('Where', [g.op('Greater', [x, g.scalar(0)]), a, b]),
  },
  { of: 'Pad', with: 'zeros around', shapes: [[2, 3]], build: (g, x) => g.op('Pad', [x, g.ints([1, 0, 2, 1])]) },
  { of: 'Pad', with: 'nothing around', shapes: [[2, 3]], build: (g, x) => g.op('Pad', [x, g.ints([0, 0, 0, 0])]) },
];
