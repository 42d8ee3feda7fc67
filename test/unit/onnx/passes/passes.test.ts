import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/onnx/graphBuilder.js';
import { dropIdentities } from '../../../../src/onnx/passes/dropIdentities.js';
import { gatherFactors } from '../../../../src/onnx/passes/gatherFactors.js';
import { gatherSums } from '../../../../src/onnx/passes/gatherSums.js';
import { liveNodes } from '../../../../src/onnx/passes/liveNodes.js';
import { matchTemplate } from '../../../../src/onnx/passes/matchTemplate.js';
import { substitute } from '../../../../src/onnx/passes/substitute.js';
import { Random } from '../../../../src/series/random.js';
import { maxDifference } from '../../../reference/centralDifference.js';
import { interpretGraph } from '../../../reference/interpretGraph.js';

const operators = (g: GraphBuilder, root: string): string[] =>
  liveNodes(g.nodes, [root]).nodes.map(({ opType }) => opType);

/** The largest difference between two values of a graph, its inputs drawn. */
function difference(g: GraphBuilder, inputs: readonly string[], one: string, other: string): number {
  const random = new Random(2);
  const size = (name: string): number => g.shape(name).reduce<number>((product, dim) => product * Number(dim), 1);
  const draw = (name: string): number[] => Array.from({ length: size(name) }, () => random.normal());
  const values = interpretGraph(g, Object.fromEntries(inputs.map((name) => [name, draw(name)])));
  return maxDifference(values.get(one)!.data, values.get(other)!.data);
}

describe('gatherFactors', () => {
  const names = ['d', 'a', 'b', 'mask'];
  const begin = () => {
    const g = new GraphBuilder('g');
    return { g, d: g.input('d', [2, 3]), a: g.input('a', [2, 3]), b: g.input('b', [3]), mask: g.input('mask', [2, 1]) };
  };

  it('makes one product of a chain, whatever the factors broadcast', () => {
    const { g, d, a, b, mask } = begin();
    const chain = g.op('Neg', [g.op('Mul', [g.op('Mul', [a, g.op('Mul', [d, b])]), mask])]);
    const root = gatherFactors(g, [chain], [d]).get(chain)!;
    const onD = liveNodes(g.nodes, [root]).nodes.filter(({ inputs }) => inputs.includes(d));
    expect(onD.map(({ opType }) => opType)).toEqual(['Mul']);
    expect(onD[0].outputs).toEqual([root]);
    expect(difference(g, names, chain, root)).toBeLessThan(1e-15);
  });

  it('moves products behind a Concat and joins nested ones', () => {
    const { g, d, a, b } = begin();
    const parts = [g.op('Mul', [d, a]), g.op('Mul', [d, b])];
    const inner = g.op('Concat', parts, { axis: 1 });
    const outer = g.op('Concat', [inner, d], { axis: 1 });
    const root = gatherFactors(g, [outer], [d]).get(outer)!;
    const joined = liveNodes(g.nodes, [root]).nodes.filter(({ inputs }) => inputs.includes(d));
    expect(joined.map(({ opType, inputs }) => [opType, ...inputs])).toEqual([['Concat', d, d, d]]);
    expect(difference(g, names, outer, root)).toBeLessThan(1e-15);
  });

  it('adds the factors where the same value is weighed twice', () => {
    const { g, d, a } = begin();
    const difference2 = g.op('Sub', [d, g.op('Mul', [d, a])]);
    const root = gatherFactors(g, [difference2], [d]).get(difference2)!;
    expect(operators(g, root)).toEqual(['Sub', 'Mul']);
    expect(difference(g, names, difference2, root)).toBeLessThan(1e-15);
  });

  it('takes a choice between the value and zero as a factor', () => {
    const { g, d, a, b } = begin();
    const chosen = g.op('Where', [g.op('Less', [a, b]), g.scalar(0), d]);
    const root = gatherFactors(g, [chosen], [d]).get(chosen)!;
    expect(liveNodes(g.nodes, [root]).nodes.at(-1)!.opType).toBe('Mul');
    expect(difference(g, names, chosen, root)).toBe(0);
  });

  it('does not gather a product that is wider than the value', () => {
    const { g, a, mask } = begin();
    const wide = g.op('Mul', [g.op('Mul', [mask, a]), a]);
    const root = gatherFactors(g, [wide], [mask]).get(wide)!;
    expect(difference(g, names, wide, root)).toBeLessThan(1e-15);
  });
});

describe('gatherSums', () => {
  it('folds a sum into the matrix product, what does not hang on the carried value first', () => {
    const g = new GraphBuilder('g');
    const [h, R, a, b] = [g.input('h', [2, 3]), g.input('R', [3, 3]), g.input('a', [2, 3]), g.input('b', [3])];
    const sum = g.op('Add', [g.op('Add', [g.op('Tanh', [h]), a]), g.op('Add', [b, g.op('MatMul', [h, R])])]);
    const root = gatherSums(g, [sum], [h]).get(sum)!;
    expect(operators(g, root)).toEqual(['Tanh', 'Add', 'Add', 'Gemm']);
    expect(difference(g, ['h', 'R', 'a', 'b'], sum, root)).toBeLessThan(1e-14);
  });

  it('leaves a product alone that is read elsewhere too', () => {
    const g = new GraphBuilder('g');
    const [h, R] = [g.input('h', [2, 2]), g.input('R', [2, 2])];
    const product = g.op('MatMul', [h, R]);
    const sum = g.op('Add', [h, product]);
    const roots = gatherSums(g, [sum, product], [h]);
    expect(operators(g, roots.get(sum)!)).toEqual(['MatMul', 'Add']);
  });
});

describe('substitute and dropIdentities', () => {
  it('put another value in the place of one, in all that hangs on it', () => {
    const g = new GraphBuilder('g');
    const [x, z] = [g.input('x', [2]), g.input('z', [2])];
    const y = g.op('Exp', [x]);
    const root = g.op('Mul', [g.op('Neg', [y]), x]);
    const turned = substitute(g, [root], new Map([[y, z]])).get(root)!;
    expect(operators(g, turned)).toEqual(['Neg', 'Mul']);
    expect(difference(g, ['x', 'z'], turned, g.op('Mul', [g.op('Neg', [z]), x]))).toBe(0);
  });

  it('read what an Identity reads, through several of them', () => {
    const g = new GraphBuilder('g');
    const x = g.input('x', [2]);
    const root = g.op('Neg', [g.op('Identity', [g.op('Exp', [g.op('Identity', [x])])])]);
    const plain = dropIdentities(g, [root]).get(root)!;
    expect(operators(g, plain)).toEqual(['Exp', 'Neg']);
  });
});

describe('matchTemplate', () => {
  const template = new GraphBuilder('template');
  const [s, u] = [template.input('s', [2, 4]), template.input('u', [2, 2])];
  const [left, right] = template.ops(2, 'Split', [s, template.ints([2, 2])], { axis: 1 });
  const pattern = template.op('Mul', [template.op('Tanh', [left]), template.op('Sub', [right, u])]);

  const tried = (build: (g: GraphBuilder, a: string, b: string) => string): Map<string, string> | undefined => {
    const g = new GraphBuilder('g');
    return matchTemplate(g, build(g, g.input('a', [2, 4]), g.input('b', [2, 2])), template, pattern);
  };
  const cut = (g: GraphBuilder, a: string) => g.ops(2, 'Split', [a, g.ints([2, 2])], { axis: 1 });

  it('finds what the inputs of the template stand for, factors in either order', () => {
    const found = tried((g, a, b) => {
      const [l, r] = cut(g, a);
      return g.op('Mul', [g.op('Sub', [r, b]), g.op('Tanh', [l])]);
    });
    expect(found).toEqual(
      new Map([
        ['s', 'a'],
        ['u', 'b'],
      ]),
    );
  });

  it('refuses another operator, another output, another order of a difference, other sizes', () => {
    expect(
      tried((g, a, b) => g.op('Mul', [g.op('Exp', [cut(g, a)[0]]), g.op('Sub', [cut(g, a)[1], b])])),
    ).toBeUndefined();
    expect(
      tried((g, a, b) => g.op('Mul', [g.op('Tanh', [cut(g, a)[1]]), g.op('Sub', [cut(g, a)[0], b])])),
    ).toBeUndefined();
    expect(
      tried((g, a, b) => g.op('Mul', [g.op('Tanh', [cut(g, a)[0]]), g.op('Sub', [b, cut(g, a)[1]])])),
    ).toBeUndefined();
    const uneven = tried((g, a, b) => {
      const [l, r] = g.ops(2, 'Split', [a, g.ints([2, 2])], { axis: 1 });
      const other = g.ops(2, 'Split', [a, g.ints([1, 3])], { axis: 1 });
      return g.op('Mul', [g.op('Tanh', [other[0]]), g.op('Sub', [r, g.op('Add', [l, b])])]);
    });
    expect(uneven).toBeUndefined();
  });
});
