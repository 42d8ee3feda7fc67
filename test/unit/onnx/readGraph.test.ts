import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeModel, encodeModel } from '../../../src/onnx/codec.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { inline } from '../../../src/onnx/inline.js';
import { AttributeType, ElementType, type ModelProto, type NodeProto } from '../../../src/onnx/modelProto.js';
import { readGraph } from '../../../src/onnx/readGraph.js';
import { floatTensor, intTensor } from '../../../src/onnx/tensor.js';
import { maxDifference } from '../../reference/centralDifference.js';
import { interpretGraph } from '../../reference/interpretGraph.js';

const fixture = (name: string): ModelProto =>
  decodeModel(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url)));

const value = (name: string, ...dims: (number | string)[]) => ({
  name,
  type: {
    tensorType: {
      elemType: ElementType.float32 as number,
      shape: { dim: dims.map((dim) => (typeof dim === 'string' ? { dimParam: dim } : { dimValue: dim })) },
    },
  },
});

const node = (opType: string, input: string[], output: string[], more: Partial<NodeProto> = {}): NodeProto => ({
  opType,
  input,
  output,
  attribute: [],
  ...more,
});

const file = (nodes: NodeProto[], more: Partial<ModelProto['graph']> = {}, version = 17): ModelProto => ({
  opsetImport: [{ version }],
  graph: { name: 'g', node: nodes, initializer: [], input: [value('x', 'batch', 3)], output: [value('y')], ...more },
});

describe('readGraph', () => {
  it('gives the weights, states and shapes of what PyTorch wrote', () => {
    const graph = readGraph(fixture('torchLstm.onnx'));
    expect(graph.inputs).toEqual([
      { name: 'x', shape: ['batch', 5] },
      { name: 'h', shape: [2, 'batch', 8] },
      { name: 'c', shape: [2, 'batch', 8] },
    ]);
    expect(graph.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['y', ['batch', 6, 3]],
      ['h_next', [2, 'batch', 8]],
      ['c_next', [2, 'batch', 8]],
    ]);
    expect([...graph.weights.values()].map(({ dims }) => dims)).toContainEqual([1, 32, 5]);
    expect([...graph.weights.values()].every(({ dims, data }) => data.length === dims.reduce((a, b) => a * b, 1))).toBe(
      true,
    );
    expect(graph.nodes.some(({ opType }) => opType === 'Constant')).toBe(false);
  });

  it('gives back what the builder built', () => {
    const g = new GraphBuilder('g');
    const x = g.input('x', ['batch', 4]);
    const w = g.weight('w', [4, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
    const [left, right] = g.ops(2, 'Split', [g.op('MatMul', [x, w]), g.ints([1, 1])], { axis: 1 });
    g.output('y', g.op('Mul', [left, g.op('Add', [right, g.scalar(0.5)])]));
    const graph = readGraph(decodeModel(encodeModel(g.model())));
    expect([...graph.weights.keys()]).toEqual(['w']);
    expect([...graph.constants.values()]).toEqual([
      { type: 'int64', dims: [2], data: [1, 1] },
      { type: 'float32', dims: [], data: [0.5] },
    ]);
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(['MatMul', 'Split', 'Add', 'Mul', 'Identity']);
    expect(graph.nodes[1].attributes).toEqual({ axis: 1 });
    for (const { outputs } of g.nodes)
      for (const name of outputs) expect(graph.shapes.get(name)).toEqual(g.shape(name));
  });

  it('puts nodes in the order of their values, whatever the file says', () => {
    const graph = readGraph(file([node('Tanh', ['a'], ['y']), node('Neg', ['x'], ['a'])]));
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(['Neg', 'Tanh']);
  });

  it('knows the shapes that arithmetic on shapes leads to', () => {
    const graph = readGraph(
      file(
        [
          node('Shape', ['x'], ['s']),
          node('Gather', ['s', 'zero'], ['rows']),
          node('Unsqueeze', ['rows', 'first'], ['rowsVector']),
          node('Concat', ['rowsVector', 'widths'], ['target'], {
            attribute: [{ name: 'axis', type: AttributeType.int, i: 0 }],
          }),
          node('Expand', ['z', 'target'], ['wide']),
          node('Reshape', ['wide', 'flat'], ['y']),
        ],
        {
          initializer: [
            intTensor('zero', [], [0]),
            intTensor('first', [1], [0]),
            intTensor('widths', [2], [2, 3]),
            intTensor('flat', [2], [-1, 6]),
            floatTensor('z', [1], [1]),
          ],
        },
      ),
    );
    expect(graph.shapes.get('wide')).toEqual(['batch', 2, 3]);
    expect(graph.shapes.get('y')).toEqual(['batch', 6]);
    const g = new GraphBuilder('fixed');
    const values = inline(g, graph, { x: g.input('x', [7, 3]), z: g.input('z', [1]) });
    expect(g.shape(values.get('y')!)).toEqual([7, 6]);
    expect(g.nodes.map(({ opType }) => opType)).toEqual(['Expand', 'Reshape']);
  });

  it('puts operators of later opsets in the form of 17', () => {
    const more = {
      initializer: [intTensor('axes', [1], [1])],
      output: ['mean', 'same', 'a', 'b', 'cast'].map((name) => value(name)),
    };
    const int = (name: string, i: number) => ({ name, type: AttributeType.int, i });
    const nodes = [
      node('ReduceMean', ['x', 'axes'], ['mean']),
      node('ReduceMax', ['x', ''], ['same'], { attribute: [int('noop_with_empty_axes', 1)] }),
      node('Split', ['x'], ['a', 'b'], { attribute: [int('axis', -1), int('num_outputs', 2)] }),
      node('Cast', ['x'], ['cast'], { attribute: [int('to', 1), int('saturate', 1)] }),
    ];
    const graph = readGraph(file(nodes, more, 18));
    const plain = Object.fromEntries(graph.nodes.map((each) => [each.outputs[0], each]));
    expect(plain.mean).toMatchObject({ inputs: ['x'], attributes: { axes: [1] } });
    expect(plain.same).toMatchObject({ opType: 'Identity', inputs: ['x'] });
    expect(plain.a.attributes).toEqual({ axis: -1 });
    expect(graph.constants.get(plain.a.inputs[1])!.data).toEqual([2, 1]);
    expect(plain.cast.attributes).toEqual({ to: 1 });
    expect(graph.outputs.map(({ shape }) => shape.at(-1))).toEqual([1, 3, 2, 1, 3]);
  });

  it('says which weights are running statistics', () => {
    const tensors = ['scale', 'bias', 'mean', 'variance'].map((name) => floatTensor(name, [3], [1, 1, 1]));
    const inputs = ['x', 'scale', 'bias', 'mean', 'variance'];
    const graph = readGraph(file([node('BatchNormalization', inputs, ['y'])], { initializer: tensors }));
    expect([...graph.statistics]).toEqual(['mean', 'variance']);
  });

  it.each<[string, ModelProto, string]>([
    ['a cycle', file([node('Add', ['x', 'b'], ['a']), node('Neg', ['a'], ['b'])]), 'depends on itself'],
    ['a value made twice', file([node('Neg', ['x'], ['y']), node('Abs', ['x'], ['y'])]), 'y is made twice'],
    ['a value that nothing makes', file([node('Neg', ['q'], ['y'], { name: 'neg' })]), 'node neg (Neg): nothing gives'],
    ['an output that nothing makes', file([node('Neg', ['x'], ['z'])]), 'nothing gives the output y'],
    ['an opset too old', file([node('Neg', ['x'], ['y'])], {}, 12), 'opset 12 is not read'],
    ['another domain', file([node('Foo', ['x'], ['y'], { domain: 'com.x' })]), 'the domain com.x'],
    [
      'shapes that do not fit',
      file([node('Add', ['x', 'w'], ['y'], { name: 'sum' })], { initializer: [floatTensor('w', [2], [1, 2])] }),
      'node sum (Add): shapes [batch,3] and [2] do not broadcast',
    ],
    [
      'half precision',
      file([node('Neg', ['x'], ['y'])], { initializer: [{ name: 'w', dims: [1], dataType: ElementType.float16 }] }),
      'tensor w: float16 is not read',
    ],
    [
      'a subgraph',
      file([node('If', ['x'], ['y'], { name: 'if', attribute: [{ name: 'then_branch', type: AttributeType.graph }] })]),
      'node if (If): attribute then_branch holds a tensor or a graph',
    ],
  ])('refuses %s', (_title, model, message) => {
    expect(() => readGraph(model)).toThrow(message);
  });
});

describe('inline', () => {
  it('computes the same as the graph it copies, twice in one builder without building twice', () => {
    const source = new GraphBuilder('source');
    const w = source.weight('w', [3, 3], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
    source.output('y', source.op('Tanh', [source.op('MatMul', [source.input('x', ['batch', 3]), w])]));
    const graph = readGraph(source.model());
    const g = new GraphBuilder('twice');
    const [x, weight] = [g.input('x', [2, 3]), g.input('w', [3, 3])];
    const first = inline(g, graph, { x, w: weight }).get('y')!;
    const again = inline(g, graph, { x, w: weight }).get('y')!;
    const second = inline(g, graph, { x: first, w: weight }).get('y')!;
    expect(again).toBe(first);
    const values = interpretGraph(g, { x: [1, 0, 0, 0, 1, 0], w: [...graph.weights.get('w')!.data] });
    const row = [0.1, 0.2, 0.3].map((v) => Math.tanh(Math.fround(v)));
    expect(maxDifference(values.get(first)!.data.slice(0, 3), row)).toBeLessThan(1e-12);
    expect(values.get(second)!.dims).toEqual([2, 3]);
  });

  it('refuses to leave an input open', () => {
    const source = new GraphBuilder('source');
    source.output('y', source.op('Neg', [source.input('x', [1])]));
    expect(() => inline(new GraphBuilder('g'), readGraph(source.model()), {})).toThrow('inline: x is not given');
  });
});
