import { describe, expect, it } from 'vitest';
import { differentiate } from '../../../src/onnx/differentiate.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { interpretGraph } from '../../reference/interpretGraph.js';

describe('differentiate', () => {
  it('stacks the uses of a shared weight into one product', () => {
    const g = new GraphBuilder('steps');
    const w = g.input('w', [3, 3]);
    let h = g.input('h', [2, 3]);
    for (let t = 0; t < 5; t++) h = g.op('Tanh', [g.op('MatMul', [h, w])]);
    differentiate(g, g.op('ReduceSum', [h], { keepdims: 0 }), [w]);
    expect(g.nodes.filter(({ opType }) => opType === 'Gemm')).toHaveLength(1);
    expect(g.nodes.filter(({ opType, inputs }) => opType === 'Transpose' && inputs[0] === w)).toHaveLength(1);
  });

  it('adds up what a value contributes along several ways', () => {
    const g = new GraphBuilder('ways');
    const x = g.input('x', []);
    const loss = g.op('Add', [g.op('Mul', [x, x]), g.op('Sub', [x, g.op('Neg', [x])])]);
    const gradient = differentiate(g, loss, [x]).get(x)!;
    expect(interpretGraph(g, { x: [3] }).get(gradient)!.data).toEqual([8]); // d(x² + 2x)/dx
  });

  it('sends nothing back through a comparison', () => {
    const g = new GraphBuilder('comparison');
    const [x, y] = [g.input('x', [2]), g.input('y', [2])];
    const loss = g.op('ReduceSum', [g.op('Where', [g.op('Less', [x, y]), y, g.scalar(0)])], { keepdims: 0 });
    const gradients = differentiate(g, loss, [y]);
    expect(interpretGraph(g, { x: [0, 2], y: [1, 1] }).get(gradients.get(y)!)!.data).toEqual([1, 0]);
    expect(() => differentiate(g, loss, [x])).toThrow('does not depend on x');
  });

  it('refuses an operator without a rule, by its name and that of the weight behind it', () => {
    const g = new GraphBuilder('wave');
    const [x, v, w] = ['x', 'v', 'w'].map((name) => g.input(name, []));
    const [wave] = g.ops(1, 'Sin', [g.op('Mul', [x, w])], {}, '/head/Sin');
    const loss = g.op('Add', [g.op('Mul', [wave, v]), v]);
    expect(() => differentiate(g, loss, [v, w])).toThrow(
      new TypeError('differentiate: node /head/Sin (Sin), which w goes through: no gradient rule for operator Sin'),
    );
    expect(differentiate(g, loss, [v]).size).toBe(1); // nothing flows into the operator
  });

  it('builds nothing for what no weight depends on', () => {
    const g = new GraphBuilder('frozen');
    const [x, w] = [g.input('x', [2, 3]), g.input('w', [3, 1])];
    const scaled = g.op('Sigmoid', [g.op('Mul', [g.op('Exp', [x]), x])]);
    const loss = g.op('ReduceSum', [g.op('MatMul', [scaled, w])], { keepdims: 0 });
    const before = g.nodes.length;
    const gradient = differentiate(g, loss, [w]).get(w)!;
    const used = new Set([gradient]);
    for (const { inputs, outputs } of [...g.nodes].reverse()) {
      if (outputs.some((output) => used.has(output))) for (const input of inputs) used.add(input);
    }
    for (const { outputs } of g.nodes.slice(before)) expect(outputs.some((output) => used.has(output))).toBe(true);
  });

  it('refuses a loss that is more than one number', () => {
    const g = new GraphBuilder('vector');
    const x = g.input('x', [2]);
    expect(() => differentiate(g, x, [x])).toThrow(RangeError);
  });
});
