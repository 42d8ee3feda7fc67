import { describe, expect, it } from 'vitest';
import { differentiate } from '../../../src/onnx/differentiate.js';
import { gradientRules } from '../../../src/onnx/gradients/gradientRules.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { centralDifference, maxDifference } from '../../reference/centralDifference.js';
import { differentiatedCase } from '../../reference/differentiated.js';
import { gradientCases } from '../../reference/gradientCases.js';
import { interpretGraph } from '../../reference/interpretGraph.js';
import { randomOperators } from '../../reference/randomGraph.js';

describe('gradientRules', () => {
  for (const each of gradientCases) {
    it(`${each.of} with ${each.with} agrees with central differences`, () => {
      const { g, forward, loss, feeds, gradients } = differentiatedCase(each);
      const values = interpretGraph(g, feeds);
      for (const [input, gradient] of gradients) {
        const found = values.get(gradient)!;
        expect(found.dims).toEqual(g.shape(input));
        expect(maxDifference(found.data, centralDifference(forward, feeds, loss, input))).toBeLessThan(1e-7);
      }
    });
  }

  it('has a case for every rule, and random graphs are made of all of them', () => {
    expect(new Set(randomOperators)).toEqual(new Set(Object.keys(gradientRules)));
    expect(new Set(gradientCases.map(({ of }) => of))).toEqual(new Set(Object.keys(gradientRules)));
  });

  it.each<[string, number[][], number[]]>([
    ['Max', [[2], [2], [1]], [0.5, 0.5, 0]],
    ['Max', [[2], [2], [2]], [1 / 3, 1 / 3, 1 / 3]],
    ['Min', [[2], [3], [2]], [0.5, 0, 0.5]],
  ])('%s of %j shares equally among those that are equal', (of, data, expected) => {
    const g = new GraphBuilder('ties');
    const inputs = data.map((_, i) => g.input(`x${i}`, [1]));
    const gradients = differentiate(g, g.op(of, inputs), inputs);
    const values = interpretGraph(g, Object.fromEntries(inputs.map((name, i) => [name, data[i]])));
    expect(inputs.map((name) => values.get(gradients.get(name)!)!.data[0])).toEqual(expected);
  });

  it('gives 0 and nothing infinite where Pow has a corner', () => {
    const g = new GraphBuilder('corner');
    const [x, p] = [g.input('x', [4]), g.input('p', [4])];
    const loss = g.op('ReduceSum', [g.op('Pow', [x, p])], { keepdims: 0 });
    const gradients = differentiate(g, loss, [x, p]);
    const values = interpretGraph(g, { x: [0, 0, -2, 3], p: [0, 2, 2, 0] });
    expect(values.get(gradients.get(x)!)!.data).toEqual([0, 0, -4, 0]);
    expect(values.get(gradients.get(p)!)!.data).toEqual([0, 0, 0, Math.log(3)]);
  });

  it('keeps a batch axis of unknown size', () => {
    const g = new GraphBuilder('open');
    const x = g.input('x', ['batch', 3, 4]);
    const w = g.input('w', [4, 2]);
    const rows = g.op('MatMul', [x, w]);
    const mean = g.op('ReduceMean', [g.op('Softmax', [rows], { axis: 1 })], { axes: [1], keepdims: 0 });
    const flat = g.op('Reshape', [mean, g.ints([-1, 2])]);
    const picked = g.op(
      'Gather',
      [g.op('Unsqueeze', [flat, g.ints([1])]), g.literal({ type: 'int64', dims: [2], data: [1, 0] })],
      { axis: 2 },
    );
    const loss = g.op('ReduceSum', [picked], { keepdims: 0 });
    const gradients = differentiate(g, loss, [x, w]);
    expect(g.shape(gradients.get(x)!)).toEqual(['batch', 3, 4]);
    expect(g.shape(gradients.get(w)!)).toEqual([4, 2]);
  });

  it.each<[string, (g: GraphBuilder, x: string) => string, string]>([
    [
      'Dropout in training mode',
      (g, x) => g.op('Dropout', [x, g.scalar(0.5), g.literal({ type: 'bool', dims: [], data: [1] })]),
      'Dropout in training mode',
    ],
    [
      'BatchNormalization in training mode',
      (g, x) =>
        g.ops(3, 'BatchNormalization', [x, ...[1, 0, 0, 1].map((v) => g.constant([v, v], [2]))], {
          training_mode: 1,
        })[0],
      'must be lowered first',
    ],
    [
      'the statistics of LayerNormalization',
      (g, x) => g.ops(2, 'LayerNormalization', [x, g.constant([1, 1], [2])])[1],
      'nothing flows back into its statistics',
    ],
  ])('refuses %s', (_title, build, message) => {
    const g = new GraphBuilder('refused');
    const x = g.input('x', [2, 2]);
    const loss = g.op('ReduceSum', [build(g, x)], { keepdims: 0 });
    expect(() => differentiate(g, loss, [x])).toThrow(message);
  });
});
