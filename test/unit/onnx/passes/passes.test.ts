import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/onnx/graphBuilder.js';
import { dropIdentities } from '../../../../src/onnx/passes/dropIdentities.js';
import { gatherFactors } from '../../../../src/onnx/passes/gatherFactors.js';
import { gatherSplitSums } from '../../../../src/onnx/passes/gatherSplitSums.js';
import { gatherSums } from '../../../../src/onnx/passes/gatherSums.js';
import { joinProducts } from '../../../../src/onnx/passes/joinProducts.js';
import { liveNodes } from '../../../../src/onnx/passes/liveNodes.js';
import { matchTemplate } from '../../../../src/onnx/passes/matchTemplate.js';
import { reuseProducts } from '../../../../src/onnx/passes/reuseProducts.js';
import { splitProducts } from '../../../../src/onnx/passes/splitProducts.js';
import { substitute } from '../../../../src/onnx/passes/substitute.js';
import { tanhGates } from '../../../../src/onnx/passes/tanhGates.js';
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

  it('takes away what is weighed twice, once with the other sign', () => {
    const { g, d, a } = begin();
    const rest = g.op('Add', [d, g.op('Neg', [g.op('Mul', [d, a])])]);
    const root = gatherFactors(g, [rest], [d]).get(rest)!;
    expect(operators(g, root)).toEqual(['Sub', 'Mul']);
    expect(difference(g, names, rest, root)).toBeLessThan(1e-15);
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

describe('gatherSplitSums', () => {
  const names = ['h', 'R', 'a', 'c'];
  const begin = () => {
    const g = new GraphBuilder('g');
    const [h, R] = [g.input('h', [2, 3]), g.input('R', [3, 5])];
    const [a, c] = [g.input('a', [2, 3]), g.input('c', [2])];
    const [left, right] = g.ops(2, 'Split', [g.op('MatMul', [h, R]), g.ints([3, 2])], { axis: 1 });
    return { g, h, a, c, left, right };
  };

  it('adds to a product what was added to its parts, rows that are the same for all among it', () => {
    const { g, h, a, c, left, right } = begin();
    const sums = [g.op('Tanh', [g.op('Add', [a, left])]), g.op('Exp', [g.op('Add', [right, c])])];
    const roots = gatherSplitSums(g, sums, [h]);
    expect(operators(g, roots.get(sums[0])!)).toEqual(['Expand', 'Concat', 'Gemm', 'Split', 'Tanh']);
    for (const sum of sums) expect(difference(g, names, sum, roots.get(sum)!)).toBeLessThan(1e-14);
  });

  it('leaves a product alone of which a part is read otherwise, or is added to what hangs on the carried value', () => {
    const { g, h, a, c, left, right } = begin();
    const [own, bare] = [g.op('Add', [a, left]), g.op('Exp', [right])];
    expect(gatherSplitSums(g, [own, bare], [h]).get(own)).toBe(own);
    const [inLoop, other] = [g.op('Add', [h, left]), g.op('Add', [right, c])];
    expect(gatherSplitSums(g, [inLoop, other], [h]).get(other)).toBe(other);
    const [one, two] = [g.op('Add', [a, left]), g.op('Add', [right, c])];
    expect(gatherSplitSums(g, [one, two, left], [h]).get(one)).toBe(one);
  });
});

describe('splitProducts and joinProducts', () => {
  const names = ['x', 'h', 'W', 'R', 'b', 'c'];
  const begin = () => {
    const g = new GraphBuilder('g');
    const [x, h] = [g.input('x', [4, 2]), g.input('h', [4, 3])];
    return { g, x, h, W: g.input('W', [2, 5]), R: g.input('R', [3, 5]), b: g.input('b', [5]), c: g.input('c', [2]) };
  };

  it('make products of their own of the parts of one, where its first factor is fed', () => {
    const { g, x, W, b } = begin();
    const [left, right] = g.ops(2, 'Split', [g.op('Gemm', [x, W, b]), g.ints([3, 2])], { axis: 1 });
    const roots = splitProducts(g, [left, right], [x]);
    expect(operators(g, roots.get(left)!)).toEqual(['Split', 'Split', 'Gemm']);
    for (const part of [left, right]) expect(difference(g, names, part, roots.get(part)!)).toBe(0);
    expect(splitProducts(g, [left, right], []).get(left)).toBe(left);
  });

  it('make one product of two and a row', () => {
    const { g, x, h, W, R, b } = begin();
    const sum = g.op('Gemm', [h, R, g.op('Gemm', [x, W, b])]);
    const root = joinProducts(g, [sum], []).get(sum)!;
    expect(operators(g, root).filter((operator) => operator === 'Gemm')).toHaveLength(1);
    expect(difference(g, names, sum, root)).toBeLessThan(1e-14);
  });

  it('make one product where what is added lies side by side, some of it rows alone', () => {
    const { g, x, h, W, R, b, c } = begin();
    const [Wz, Wn] = g.ops(2, 'Split', [W, g.ints([3, 2])], { axis: 1 });
    const [bz, bn] = g.ops(2, 'Split', [b, g.ints([3, 2])], { axis: 0 });
    const beside = [g.op('Gemm', [x, Wz, bz]), g.op('Expand', [c, g.ints([4, 2])])];
    const sum = g.op('Gemm', [h, R, g.op('Concat', beside, { axis: 1 })]);
    const alone = g.op('Gemm', [x, Wn, bn]);
    const roots = joinProducts(g, [sum, alone], [x]);
    expect(operators(g, roots.get(sum)!).filter((operator) => operator === 'Gemm')).toHaveLength(1);
    for (const value of [sum, alone]) expect(difference(g, names, value, roots.get(value)!)).toBeLessThan(1e-14);
  });

  it('leave a sum alone that is read elsewhere too, and one with a matrix', () => {
    const { g, x, h, W, R, b } = begin();
    const inner = g.op('Gemm', [x, W, b]);
    const sum = g.op('Gemm', [h, R, inner]);
    expect(joinProducts(g, [sum, inner], []).get(sum)).toBe(sum);
    const plain = g.op('Gemm', [h, R, g.op('MatMul', [x, W])]);
    expect(joinProducts(g, [plain], []).get(plain)).toBe(plain);
  });
});

describe('reuseProducts', () => {
  const names = ['a', 'u', 'v'];
  const begin = () => {
    const g = new GraphBuilder('g');
    const [a, u, v] = [g.input('a', [2, 3]), g.input('u', [2, 3]), g.input('v', [2, 6])];
    return { g, a, t: g.op('Tanh', [u]), s: g.op('Sigmoid', [v]), one: g.scalar(1) };
  };

  it('takes a product with a tanh for the one with its slope, where it was made', () => {
    const { g, a, t, one } = begin();
    const product = g.op('Mul', [t, a]);
    const forward = [...g.nodes];
    const slope = g.op('Sub', [one, g.op('Mul', [t, t])]);
    const root = g.op('Neg', [g.op('Mul', [slope, a])]);
    const reused = reuseProducts(g, [root], forward).get(root)!;
    expect(operators(g, reused)).toEqual(['Tanh', 'Mul', 'Mul', 'Sub', 'Neg']);
    expect(liveNodes(g.nodes, [reused]).nodes.some(({ outputs }) => outputs[0] === product)).toBe(true);
    expect(difference(g, names, root, reused)).toBeLessThan(1e-15);
    expect(reuseProducts(g, [root], forward.slice(0, 2)).get(root)).toBe(root);
  });

  it('takes products with the parts of a σ for those with its slope, where all of them were made', () => {
    const { g, a, t, s, one } = begin();
    const [left, right] = g.ops(2, 'Split', [s, g.ints([3, 3])], { axis: 1 });
    g.op('Mul', [a, left]);
    const some = [...g.nodes];
    g.op('Mul', [right, t]);
    const forward = [...g.nodes];
    const slope = g.op('Mul', [s, g.op('Sub', [one, s])]);
    const root = g.op('Mul', [g.op('Concat', [a, t], { axis: 1 }), slope]);
    const reused = reuseProducts(g, [root], forward).get(root)!;
    expect(operators(g, reused).filter((operator) => operator === 'Mul')).toHaveLength(3); // two of them made anyway
    expect(difference(g, names, root, reused)).toBeLessThan(1e-15);
    expect(reuseProducts(g, [root], some).get(root)).toBe(root);
    const crossed = g.op('Mul', [g.op('Concat', [t, a], { axis: 1 }), slope]);
    expect(reuseProducts(g, [crossed], forward).get(crossed)).toBe(crossed);
  });
});

describe('tanhGates', () => {
  const begin = () => {
    const g = new GraphBuilder('g');
    const product = g.op('Gemm', [g.input('x', [2, 3]), g.input('F', [3, 5])]);
    return { g, product, parts: g.ops(2, 'Split', [product, g.ints([3, 2])], { axis: 1 }) };
  };

  it('computes σ and tanh of the parts of a product by one tanh, and what hangs on them', () => {
    const { g, parts } = begin();
    const gates = [g.op('Sigmoid', [parts[0]]), g.op('Tanh', [parts[1]])];
    const root = g.op('Mul', [g.op('ReduceSum', [gates[0]], { keepdims: 0 }), gates[1]]);
    const made = tanhGates(g, [root]);
    expect(operators(g, made.get(root)!)).not.toContain('Sigmoid');
    for (const value of [...gates, root])
      expect(difference(g, ['x', 'F'], value, made.get(value)!)).toBeLessThan(1e-14);
  });

  it('leaves a product alone that is read otherwise too, or of which only σ is taken', () => {
    const { g, product, parts } = begin();
    const gates = [g.op('Sigmoid', [parts[0]]), g.op('Tanh', [parts[1]])];
    expect(tanhGates(g, [...gates, product]).size).toBe(0);
    expect(tanhGates(g, [...gates, parts[0]]).size).toBe(0);
    expect(tanhGates(g, [gates[0], g.op('Sigmoid', [parts[1]])]).size).toBe(0);
    expect(tanhGates(g, [gates[0], g.op('Exp', [parts[1]])]).size).toBe(0);
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
