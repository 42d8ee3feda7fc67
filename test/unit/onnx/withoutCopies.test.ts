import { describe, expect, it } from 'vitest';
import { checkModel } from '../../../src/onnx/check/checkModel.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { withoutCopies } from '../../../src/onnx/withoutCopies.js';
import { interpretModel } from '../../reference/interpretModel.js';

describe('withoutCopies', () => {
  it('makes outputs under their own names, where others read them too, and keeps copies of inputs, constants and second ones', () => {
    const g = new GraphBuilder('g');
    const x = g.input('x', [2]);
    const [y, k] = [g.op('Neg', [x]), g.scalar(3)];
    g.output('first', y);
    g.output('second', y);
    g.output('given', x);
    g.output('three', k);
    g.output('z', g.op('Mul', [y, k]));
    const model = g.model();
    const without = withoutCopies(model);
    checkModel(without);
    const made = without.graph!.node.filter(({ opType }) => opType !== 'Constant');
    expect(made.map(({ opType, output }) => [opType, ...output])).toEqual([
      ['Neg', 'first'],
      ['Identity', 'second'],
      ['Identity', 'given'],
      ['Identity', 'three'],
      ['Mul', 'z'],
    ]);
    expect(interpretModel(without, { x: [1, -2] })).toEqual(interpretModel(model, { x: [1, -2] }));
  });
});
