import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import type { Shape } from '../../../src/onnx/shape.js';

type Build = (g: GraphBuilder, ...inputs: string[]) => string | readonly string[];

/** Shapes of what `build` makes of inputs of the given shapes. */
function shapesOf(inputs: readonly Shape[], build: Build): readonly Shape[] {
  const g = new GraphBuilder('shapes');
  const built = build(g, ...inputs.map((shape, i) => g.input(`x${i}`, shape)));
  return (typeof built === 'string' ? [built] : built).map((value) => g.shape(value));
}

const int = (g: GraphBuilder, data: number): string => g.literal({ type: 'int64', dims: [], data: [data] });

describe('inferShapes', () => {
  it.each<[string, Shape[], Build, Shape[]]>([
    [
      'Add',
      [
        ['batch', 1, 3],
        [4, 1],
      ],
      (g, a, b) => g.op('Add', [a, b]),
      [['batch', 4, 3]],
    ],
    ['Where', [['batch', 3], [3]], (g, a, b) => g.op('Where', [g.op('Less', [a, b]), a, b]), [['batch', 3]]],
    [
      'MatMul of a stack',
      [
        ['batch', 2, 3],
        [3, 4],
      ],
      (g, a, b) => g.op('MatMul', [a, b]),
      [['batch', 2, 4]],
    ],
    [
      'MatMul of stacks',
      [
        ['batch', 1, 2, 3],
        [5, 3, 4],
      ],
      (g, a, b) => g.op('MatMul', [a, b]),
      [['batch', 5, 2, 4]],
    ],
    ['MatMul with a column', [['batch', 3], [3]], (g, a, b) => g.op('MatMul', [a, b]), [['batch']]],
    [
      'Gemm',
      [
        ['batch', 3],
        [4, 3],
      ],
      (g, a, b) => g.op('Gemm', [a, b], { transB: 1 }),
      [['batch', 4]],
    ],
    [
      'Concat',
      [
        ['batch', 3],
        ['batch', 2],
      ],
      (g, a, b) => g.op('Concat', [a, b], { axis: -1 }),
      [['batch', 5]],
    ],
    [
      'Split',
      [['batch', 6]],
      (g, x) => g.ops(3, 'Split', [x], { axis: 1 }),
      [
        ['batch', 2],
        ['batch', 2],
        ['batch', 2],
      ],
    ],
    [
      'Slice that takes all of the batch',
      [['batch', 7]],
      (g, x) => g.op('Slice', [x, g.ints([0, -1]), g.ints([2 ** 62, -8]), g.ints([0, 1]), g.ints([1, -2])]),
      [['batch', 4]],
    ],
    ['Gather of one place', [['batch', 5, 3]], (g, x) => g.op('Gather', [x, int(g, -1)], { axis: 1 }), [['batch', 3]]],
    ['Reshape with a kept axis', [['batch', 6]], (g, x) => g.op('Reshape', [x, g.ints([0, 2, 3])]), [['batch', 2, 3]]],
    [
      'Reshape with an open axis',
      [['batch', 6]],
      (g, x) => g.op('Reshape', [x, g.ints([-1, 3, 2])]),
      [['batch', 3, 2]],
    ],
    ['Reshape into rows', [['batch', 5, 4]], (g, x) => g.op('Reshape', [x, g.ints([-1, 4])]), [['5·batch', 4]]],
    [
      'Reshape into rows and back',
      [['batch', 5, 4]],
      (g, x) => g.op('Reshape', [g.op('Reshape', [x, g.ints([-1, 4])]), g.ints([-1, 5, 4])]),
      [['batch', 5, 4]],
    ],
    ['Flatten', [['batch', 5, 4]], (g, x) => g.op('Flatten', [x], { axis: 2 }), [['5·batch', 4]]],
    ['Expand', [['batch', 1]], (g, x) => g.op('Expand', [x, g.ints([1, 4])]), [['batch', 4]]],
    ['Transpose', [['batch', 2, 3]], (g, x) => g.op('Transpose', [x], { perm: [1, 2, 0] }), [[2, 3, 'batch']]],
    ['Squeeze', [['batch', 1, 1]], (g, x) => g.op('Squeeze', [x]), [['batch']]],
    ['Unsqueeze', [['batch']], (g, x) => g.op('Unsqueeze', [x, g.ints([0, -1])]), [[1, 'batch', 1]]],
    ['ReduceMean', [['batch', 3]], (g, x) => g.op('ReduceMean', [x], { axes: [0], keepdims: 0 }), [[3]]],
    ['ReduceSum of nothing', [['batch']], (g, x) => g.op('ReduceSum', [x], { noop_with_empty_axes: 1 }), [['batch']]],
    ['Softmax', [['batch', 3]], (g, x) => g.op('Softmax', [x]), [['batch', 3]]],
    [
      'LayerNormalization and its statistics',
      [['batch', 4], [4]],
      (g, x, scale) => g.ops(3, 'LayerNormalization', [x, scale]),
      [
        ['batch', 4],
        ['batch', 1],
        ['batch', 1],
      ],
    ],
    [
      'LSTM',
      [
        [7, 'batch', 3],
        [1, 20, 3],
        [1, 20, 5],
      ],
      (g, ...xs) => g.ops(3, 'LSTM', xs, { hidden_size: 5 }),
      [
        [7, 1, 'batch', 5],
        [1, 'batch', 5],
        [1, 'batch', 5],
      ],
    ],
    [
      'a target made of the batch, as exporters write it',
      [['batch', 6]],
      (g, x) => {
        const rows = g.op('Gather', [g.op('Shape', [x]), int(g, 0)]);
        const target = g.op('Concat', [g.op('Unsqueeze', [rows, g.ints([0])]), g.ints([3]), g.ints([-1])], { axis: 0 });
        return g.op('Reshape', [x, target]);
      },
      [['batch', 3, 2]],
    ],
  ])('keeps the batch open: %s', (_title, inputs, build, expected) => {
    expect(shapesOf(inputs, build)).toEqual(expected);
  });

  it.each<[string, Shape[], Build, string]>([
    [
      'Gemm',
      [
        [2, 3],
        [4, 2],
      ],
      (g, a, b) => g.op('Gemm', [a, b]),
      'Gemm: [2,3] does not fit [4,2]',
    ],
    ['Gemm', [[2, 3], [3, 2], [3]], (g, ...xs) => g.op('Gemm', xs), 'shapes [3] and [2,2] do not broadcast'],
    ['Gemm', [[2, 3], [3, 1], [4]], (g, ...xs) => g.op('Gemm', xs), 'Gemm: [4] does not broadcast to [2,1]'],
    [
      'Concat',
      [
        [2, 3],
        [3, 3],
      ],
      (g, ...xs) => g.op('Concat', xs, { axis: 1 }),
      'differ beside axis 1',
    ],
    ['Split', [[5]], (g, x) => g.ops(2, 'Split', [x, g.ints([2, 2])]), '[2,2] do not add up to axis 0 of [5]'],
    ['Slice', [['batch']], (g, x) => g.op('Slice', [x, g.ints([1]), g.ints([9])]), 'axis batch must have a fixed size'],
    ['Reshape', [[2, 3]], (g, x) => g.op('Reshape', [x, g.ints([4, 2])]), 'Reshape: [2,3] does not fill [4,2]'],
    ['Reshape', [[2, 3]], (g, x) => g.op('Reshape', [x, g.ints([-1, 4])]), '[4] does not divide [2,3]'],
    ['Reshape', [['batch', 3]], (g, x) => g.op('Reshape', [x, g.ints([2, -1])]), '[2] does not divide [batch,3]'],
    ['Squeeze', [[2, 1]], (g, x) => g.op('Squeeze', [x, g.ints([0])]), 'axis 0 of [2,1] is not 1'],
    ['Transpose', [[2, 1]], (g, x) => g.op('Transpose', [x], { perm: [0, 0] }), 'does not permute the axes'],
    ['ReduceSum', [[2]], (g, x) => g.op('ReduceSum', [x, g.ints([1])]), 'axis 1 is outside rank 1'],
    [
      'GRU',
      [
        [2, 2, 2],
        [1, 3, 2],
        [1, 3, 1],
      ],
      (g, ...xs) => g.op('GRU', xs, { layout: 1 }),
      'layout 1 is not read',
    ],
    ['Gelu', [[2]], (g, x) => g.op('Gelu', [x]), 'no rule for Gelu'],
  ])('refuses %s of %j that does not fit', (_op, inputs, build, message) => {
    expect(() => shapesOf(inputs, build)).toThrow(message);
  });
});
