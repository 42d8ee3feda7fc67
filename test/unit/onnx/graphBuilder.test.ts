import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';

describe('GraphBuilder', () => {
  it('builds the same operation on the same inputs once', () => {
    const g = new GraphBuilder('g');
    const x = g.input('x', [2]);
    expect(g.op('Tanh', [x])).toBe(g.op('Tanh', [x]));
    expect(g.scalar(1)).toBe(g.scalar(1));
    expect(g.ints([1, 2])).not.toBe(g.ints([12]));
    expect(g.nodes).toHaveLength(1);
  });

  it('keeps a batch axis of unknown size', () => {
    const g = new GraphBuilder('g');
    const x = g.input('x', ['batch', 3]);
    const rows = g.op('Gemm', [x, g.constant(new Array(12).fill(0), [3, 4]), g.constant([0, 0, 0, 0], [4])]);
    expect(g.shape(g.op('Reshape', [rows, g.ints([0, 2, 2])]))).toEqual(['batch', 2, 2]);
    expect(g.shape(g.op('Add', [rows, g.scalar(1)]))).toEqual(['batch', 4]);
  });

  it('refuses shapes that do not fit, names that are taken and values that do not exist', () => {
    const g = new GraphBuilder('g');
    const x = g.input('x', [2, 3]);
    expect(() => g.op('MatMul', [x, x])).toThrow('MatMul: [2,3] does not fit [2,3]');
    expect(() => g.op('Add', [x, g.input('y', [2])])).toThrow('shapes [2,3] and [2] do not broadcast');
    expect(() => g.input('x', [1])).toThrow('two values are called x');
    expect(() => g.op('Tanh', ['z'])).toThrow('no value z');
    expect(() => g.op('Einsum', [x])).toThrow('no rule for Einsum');
    expect(() => g.op('Reshape', [x, x])).toThrow('x is no integer constant');
  });

  it('refuses data that does not fill its shape', () => {
    expect(() => new GraphBuilder('g').constant([1, 2], [3])).toThrow('2 values do not fill [3]');
  });

  it('turns arithmetic on known shapes into constants, of the type they have', () => {
    const g = new GraphBuilder('g');
    const size = g.op('Shape', [g.input('x', [4, 3])]);
    expect(g.intsOf(size)).toEqual([4, 3]);
    const isFour = g.op('Equal', [size, g.ints([4])]);
    expect(g.constants.get(isFour)).toEqual({ type: 'bool', dims: [2], data: [1, 0] });
    expect(g.intsOf(g.op('Where', [isFour, g.ints([-1]), size]))).toEqual([-1, 3]);
    expect(g.nodes).toHaveLength(0);
    const mask = g.op('Expand', [g.literal({ type: 'bool', dims: [1], data: [1] }), g.ints([2])]);
    expect(g.constants.has(mask)).toBe(false); // truth values are no sizes
  });
});
