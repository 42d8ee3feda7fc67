import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { knownParts } from '../../../src/onnx/knownParts.js';
import { Random } from '../../../src/series/random.js';
import { maxDifference } from '../../reference/centralDifference.js';
import { interpretGraph } from '../../reference/interpretGraph.js';

const begin = () => {
  const g = new GraphBuilder('g');
  return { g, a: g.input('a', [4, 2]), b: g.input('b', [4, 3]) };
};

describe('knownParts', () => {
  it('are what a value was put together from, if the cuts are the same', () => {
    const { g, a, b } = begin();
    const value = g.op('Concat', [a, b], { axis: -1 });
    const parts = knownParts(g, value, [2, 3], 1)!;
    expect([parts(0), parts(1)]).toEqual([a, b]);
    expect(knownParts(g, value, [3, 2], 1)).toBeUndefined();
    expect(knownParts(g, value, [5], 1)).toBeUndefined();
    expect(knownParts(g, value, [2, 2], 0)).toBeUndefined();
  });

  it('are products with the parts of a matrix that was put together and turned', () => {
    const { g, a } = begin();
    const [top, below] = [g.input('top', [1, 2]), g.input('below', [3, 2])];
    const turned = g.op('Transpose', [g.op('Concat', [top, below], { axis: 0 })], { perm: [1, 0] });
    const value = g.op('MatMul', [a, turned]);
    const cut = g.ops(2, 'Split', [value, g.ints([1, 3])], { axis: 1 });
    const parts = knownParts(g, value, [1, 3], 1)!;
    const random = new Random(3);
    const draw = (count: number): number[] => Array.from({ length: count }, () => random.normal());
    const names = [parts(0), parts(1)];
    const values = interpretGraph(g, { a: draw(8), b: draw(12), top: draw(2), below: draw(6) });
    for (const [i, name] of names.entries())
      expect(maxDifference(values.get(name)!.data, values.get(cut[i])!.data)).toBe(0);
    expect(knownParts(g, value, [2, 2], 1)).toBeUndefined();
  });
});
