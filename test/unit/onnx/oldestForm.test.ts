import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import type { ModelProto } from '../../../src/onnx/modelProto.js';
import { oldestForm } from '../../../src/onnx/oldestForm.js';
import { opsetOf } from '../../../src/onnx/opset.js';

function built(build: (g: GraphBuilder, x: string) => string): ModelProto {
  const g = new GraphBuilder('g');
  g.output('y', build(g, g.input('x', [4, 6])));
  return g.model();
}
const plain = ({ graph }: ModelProto) =>
  graph!.node
    .filter(({ opType }) => opType !== 'Identity')
    .map(({ opType, input, attribute }) => [
      opType,
      input.length,
      Object.fromEntries(attribute.map(({ name, i, ints }) => [name, ints ?? i])),
    ]);

describe('oldestForm', () => {
  it('says as attributes what opset 17 gives as inputs, and leaves the constants out that nothing reads any more', () => {
    const older = oldestForm(
      built((g, x) => {
        const [left] = g.ops(2, 'Split', [x, g.ints([2, 4])], { axis: 1 });
        const sums = g.op('ReduceSum', [left, g.ints([1])], { keepdims: 0 });
        return g.op('Squeeze', [g.op('Unsqueeze', [sums, g.ints([1])]), g.ints([1])]);
      }),
    );
    expect(opsetOf(older)).toBe(12);
    expect(plain(older)).toEqual([
      ['Split', 1, { axis: 1, split: [2, 4] }],
      ['ReduceSum', 1, { keepdims: 0, axes: [1] }],
      ['Unsqueeze', 1, { axes: [1] }],
      ['Squeeze', 1, { axes: [1] }],
    ]);
  });

  it('keeps the constants that are read, and a sum over everything as it is', () => {
    const older = oldestForm(built((g, x) => g.op('ReduceSum', [g.op('Mul', [x, g.scalar(2)])], { keepdims: 0 })));
    expect(plain(older).map(([opType]) => opType)).toEqual(['Constant', 'Mul', 'ReduceSum']);
  });

  it('says the axis of a Softmax, which was another one where it is left out', () => {
    const older = oldestForm(built((g, x) => g.op('Softmax', [x])));
    expect(plain(older)).toEqual([['Softmax', 1, { axis: -1 }]]);
  });

  it('leaves a model as it is that opset 12 has no words for', () => {
    const models = [
      built((g, x) => g.op('LayerNormalization', [x, g.constant([1, 1, 1, 1, 1, 1], [6])])),
      built((g, x) => g.op('Softmax', [x], { axis: 0 })),
      built((g, x) => g.op('Reshape', [x, g.ints([4, 6])], { allowzero: 1 })),
    ];
    const computed = built((g, x) => g.op('Unsqueeze', [x, g.ints([0])]));
    computed.graph!.node = computed.graph!.node.filter(({ opType }) => opType !== 'Constant');
    for (const model of [...models, computed]) expect(oldestForm(model)).toBe(model);
  });
});
