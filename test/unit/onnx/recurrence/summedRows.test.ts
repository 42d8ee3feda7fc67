import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/onnx/graphBuilder.js';
import { batchMark } from '../../../../src/onnx/recurrence/batchAxis.js';
import { summedRows } from '../../../../src/onnx/recurrence/summedRows.js';

describe('summedRows', () => {
  const g = new GraphBuilder('g');
  const [a, b, w] = [g.input('a', [batchMark, 2]), g.input('b', [batchMark, 3]), g.input('w', [2, 3])];
  const of = (value: string) => summedRows(g.nodes.find(({ outputs }) => outputs[0] === value)!, g);

  it('are the two factors of a product over all rows, or what is summed to one row', () => {
    expect(of(g.op('Gemm', [a, b], { transA: 1 }))).toEqual({ left: a, right: b });
    expect(of(g.op('ReduceSum', [b, g.ints([0])], { keepdims: 1 }))).toEqual({ right: b });
  });

  it('are none in anything else', () => {
    const sum = g.op('ReduceSum', [b, g.ints([0])], { keepdims: 1 });
    const others = [
      g.op('Gemm', [a, w]),
      g.op('Gemm', [w, w], { transA: 1 }),
      g.op('Gemm', [a, b], { transA: 1, alpha: 2 }),
      g.op('Gemm', [a, b, w], { transA: 1 }),
      g.op('ReduceSum', [b, g.ints([1])], { keepdims: 1 }),
      g.op('ReduceSum', [b, g.ints([0])], { keepdims: 0 }),
      g.op('ReduceSum', [b], { keepdims: 1 }),
      g.op('ReduceSum', [w, g.ints([0])], { keepdims: 1 }),
      g.op('Neg', [sum]),
    ];
    expect(others.map(of)).toEqual(others.map(() => undefined));
  });
});
