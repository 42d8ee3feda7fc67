import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/onnx/graphBuilder.js';
import { batchMark } from '../../../../src/onnx/recurrence/batchAxis.js';
import { checkRows } from '../../../../src/onnx/recurrence/checkRows.js';

const checked = (build: (g: GraphBuilder, x: string, h: string) => void): (() => void) => {
  const g = new GraphBuilder('step');
  build(g, g.input('x', [batchMark, 4]), g.input('h', [2, batchMark, 3]));
  return () => checkRows(g);
};

describe('checkRows', () => {
  it('lets pass what treats each row for itself', () => {
    const step = checked((g, x, h) => {
      const cut = g.op('Reshape', [x, g.ints([batchMark * 2, 2])]);
      g.op('Reshape', [g.op('Softmax', [cut], { axis: 1 }), g.ints([batchMark, 4])]);
      g.op('Transpose', [h], { perm: [1, 0, 2] });
      g.ops(2, 'Split', [h, g.ints([1, 1])], { axis: 0 });
      g.op('ReduceSum', [x, g.ints([0])], { keepdims: 1 });
    });
    expect(step).not.toThrow();
  });

  it('names a node that mixes rows along the batch', () => {
    const softmax = (g: GraphBuilder, x: string): void => void g.ops(1, 'Softmax', [x], { axis: 0 }, 'over');
    const concat = (g: GraphBuilder, x: string): void => void g.ops(1, 'Concat', [x, x], { axis: 0 }, 'twice');
    expect(checked(softmax)).toThrow(new TypeError('node over (Softmax): it mixes the rows of the batch'));
    expect(checked(concat)).toThrow(new TypeError('node twice (Concat): it mixes the rows of the batch'));
  });

  it('names a node that takes rows away', () => {
    const slice = (g: GraphBuilder, x: string): void =>
      void g.ops(1, 'Slice', [x, g.ints([1]), g.ints([batchMark]), g.ints([0])], {}, 'tail');
    expect(checked(slice)).toThrow(/node tail \(Slice\): it takes rows of the batch away/);
  });

  it('names a Reshape through which the batch cannot be followed', () => {
    const reshape = (g: GraphBuilder, _x: string, h: string): void =>
      void g.ops(1, 'Reshape', [h, g.ints([batchMark, 6])], {}, 'flat');
    const message = 'node flat (Reshape): the batch cannot be followed from [2, batch, 3] to [batch, 6]';
    expect(checked(reshape)).toThrow(new TypeError(message));
  });

  it('refuses the batch on two axes, and a mean over it', () => {
    const outer = (g: GraphBuilder, x: string): void =>
      void g.op('MatMul', [x, g.op('Transpose', [x], { perm: [1, 0] })]);
    const mean = (g: GraphBuilder, x: string): void => void g.op('ReduceMean', [x], { axes: [0], keepdims: 1 });
    expect(checked(outer)).toThrow(/MatMul.*the batch lies on two axes of \[batch, batch\]/);
    expect(checked(mean)).toThrow(/ReduceMean.*a mean over the batch is not known/);
  });
});
