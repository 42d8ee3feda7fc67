import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkModel } from '../../../src/onnx/check/checkModel.js';
import { decodeModel } from '../../../src/onnx/codec.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { AttributeType, ElementType, type ModelProto, type NodeProto } from '../../../src/onnx/modelProto.js';

/** A sound model: y = tanh(x·w) summed over the last axis. */
function sound(): ModelProto {
  const g = new GraphBuilder('sound');
  const w = g.weight('w', [3, 2], [1, 2, 3, 4, 5, 6]);
  const hidden = g.op('Tanh', [g.op('MatMul', [g.input('x', ['batch', 3]), w])]);
  g.output('y', g.op('ReduceSum', [hidden, g.ints([-1])], { keepdims: 1 }));
  return g.model();
}

/** The sound model with something done to it. */
function broken(change: (model: ModelProto, node: (opType: string) => NodeProto) => void): ModelProto {
  const model = sound();
  change(model, (opType) => model.graph!.node.find((node) => node.opType === opType)!);
  return model;
}

const node = (opType: string, input: string[], output: string[], more: Partial<NodeProto> = {}): NodeProto => ({
  opType,
  name: opType.toLowerCase(),
  input,
  output,
  attribute: [],
  ...more,
});

describe('checkModel', () => {
  it('finds nothing in what the builder builds', () => {
    expect(checkModel(sound())).toEqual({ errors: [], warnings: [] });
  });

  it.each(['torchGru', 'torchLstm', 'torchGru2', 'torchRnn', 'torchMixed'])(
    'finds no error in what PyTorch wrote: %s',
    (name) => {
      const model = decodeModel(readFileSync(new URL(`../../fixtures/${name}.onnx`, import.meta.url)));
      expect(checkModel(model).errors).toEqual([]);
    },
  );

  it.each<[string, Parameters<typeof broken>[0], string]>([
    ['no graph', (model) => delete model.graph, 'the file holds no graph'],
    ['no IR version', (model) => delete model.irVersion, 'does not say its IR version'],
    ['no opset', (model) => delete model.opsetImport, 'opset 0 is outside 17 to 23'],
    ['a later opset', (model) => void (model.opsetImport![0].version = 99), 'opset 99 is outside'],
    [
      'a value given twice',
      (model, of) => model.graph!.node.push(node('Neg', ['x'], [of('Tanh').output[0]])),
      'node neg (Neg) gives .1, which is there already',
    ],
    ['a value read before it is given', (model) => void model.graph!.node.reverse(), 'gives only later'],
    ['a circle', (_model, of) => void (of('MatMul').input[0] = of('Tanh').output[0]), 'reads .1, which depends on it'],
    [
      'a value that nothing gives',
      (_model, of) => void (of('Tanh').input[0] = 'ghost'),
      'node n1 (Tanh) reads ghost, which nothing gives',
    ],
    [
      'an output that nothing gives',
      (model) => void (model.graph!.output[0].name = 'ghost'),
      'nothing gives the output ghost',
    ],
    [
      'two outputs of one name',
      (model) => void model.graph!.output.push(model.graph!.output[0]),
      'two outputs are called y',
    ],
    [
      'two initializers of one name',
      (model) => void model.graph!.initializer.push(model.graph!.initializer[0]),
      'two initializers are called w',
    ],
    [
      'two inputs of one name',
      (model) => void model.graph!.input.push(model.graph!.input[0]),
      'an input gives x, which is there already',
    ],
    [
      'too many inputs',
      (_model, of) => void of('Tanh').input.push('x'),
      'node n1 (Tanh) has 2 inputs, but takes 1 at most',
    ],
    [
      'an input too few',
      (_model, of) => void of('MatMul').input.pop(),
      'node n0 (MatMul) has no input 1, which it must have',
    ],
    ['an output too many', (_model, of) => void of('Tanh').output.push('other'), 'node n1 (Tanh) has 2 outputs'],
    [
      'an attribute of another type',
      (_model, of) => void (of('ReduceSum').attribute[0] = { name: 'keepdims', type: AttributeType.float, f: 1 }),
      'has an attribute keepdims that is float and must be int',
    ],
    [
      'an attribute that is not known',
      (_model, of) => void of('Tanh').attribute.push({ name: 'alpha', type: AttributeType.float, f: 1 }),
      'has an attribute alpha, which its operator does not know',
    ],
    [
      'an attribute given twice',
      (_model, of) => void of('ReduceSum').attribute.push(of('ReduceSum').attribute[0]),
      'gives the attribute keepdims twice',
    ],
    [
      'an attribute left out',
      (model) => {
        model.graph!.node.push(node('Concat', ['x', 'x'], ['z']));
      },
      'node concat (Concat) has no attribute axis, which it must have',
    ],
    [
      'truth values where numbers belong',
      (model) => {
        model.graph!.node.push(node('Less', ['x', 'x'], ['less']), node('Softmax', ['less'], ['z']));
      },
      'node softmax (Softmax) takes float as input 0, but less is bool',
    ],
    [
      'numbers of two types',
      (model, of) => {
        model.graph!.node.push(node('Add', ['x', of('ReduceSum').input[1]], ['z']));
      },
      'node add (Add) takes inputs of one type, but .k0 is int64 beside float32',
    ],
    [
      'an output declared as another type',
      (model) => void (model.graph!.output[0].type!.tensorType!.elemType = ElementType.int64),
      'output y is declared as int64, but is float32',
    ],
    [
      'an output declared in another shape',
      (model) => void (model.graph!.output[0].type!.tensorType!.shape!.dim[1] = { dimValue: 2 }),
      'output y is declared as [batch,2], but is [batch,1]',
    ],
    [
      'shapes that do not fit',
      (model) => void (model.graph!.input[0].type!.tensorType!.shape!.dim[1] = { dimValue: 4 }),
      'node n0 (MatMul): MatMul: [batch,4] does not fit [3,2]',
    ],
    [
      'an initializer that is cut short',
      (model) => void (model.graph!.initializer[0].dims = [3, 3]),
      'initializer w has 6 values, which do not fill [3,3]',
    ],
    [
      'half precision',
      (model) => void (model.graph!.initializer[0].dataType = ElementType.float16),
      'tensor w: float16 is not read, only float32 and integers',
    ],
  ])('finds %s', (_title, change, message) => {
    expect(checkModel(broken(change)).errors.join('\n')).toContain(message);
  });

  it('warns of what nothing reads, and of two nodes of one name', () => {
    const model = broken((file) => {
      file.graph!.node.push(node('Neg', ['x'], ['z']), node('Abs', ['x'], ['q'], { name: 'neg' }));
      file.graph!.initializer.push({ ...file.graph!.initializer[0], name: 'idle' });
    });
    expect(checkModel(model)).toEqual({
      errors: [],
      warnings: [
        'node neg (Neg): nothing reads what it gives',
        'two nodes are called neg',
        'node neg (Abs): nothing reads what it gives',
        'nothing reads the initializer idle',
      ],
    });
  });
});
