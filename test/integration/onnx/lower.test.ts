import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createGraphRunner, type FloatArray } from '../../../src/inference/graphRunner.js';
import type { AttributeValue } from '../../../src/onnx/attribute.js';
import { decodeModel, encodeModel } from '../../../src/onnx/codec.js';
import type { Graph } from '../../../src/onnx/graph.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { inline } from '../../../src/onnx/inline.js';
import { lowerNode } from '../../../src/onnx/lower/lowerNode.js';
import type { ModelProto } from '../../../src/onnx/modelProto.js';
import { readGraph } from '../../../src/onnx/readGraph.js';
import { Random } from '../../../src/series/random.js';
import { maxDifference } from '../../reference/centralDifference.js';

type Feeds = Record<string, FloatArray>;
type Attributes = Record<string, AttributeValue>;

const gates = { GRU: 3, LSTM: 4, RNN: 1 };
const [I, H] = [3, 4];

interface Variant {
  readonly title: string;
  readonly op: keyof typeof gates;
  readonly steps: number;
  readonly bias?: boolean;
  readonly initial?: boolean;
  readonly attributes?: Attributes;
}

/** A model of one recurrent node, weights inside, batch open. */
function recurrentModel({ op, steps, bias, initial, attributes = {} }: Variant): ModelProto {
  const random = new Random(3);
  const g = new GraphBuilder('recurrent');
  const weight = (name: string, dims: number[]): string =>
    g.weight(
      name,
      dims,
      Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => 0.6 * random.normal()),
    );
  const width = gates[op] * H;
  const states = op === 'LSTM' ? ['h', 'c'] : ['h'];
  const inputs = [
    g.input('x', [steps, 'batch', I]),
    weight('W', [1, width, I]),
    weight('R', [1, width, H]),
    bias ? weight('B', [1, 2 * width]) : '',
    '',
    ...(initial ? states.map((name) => g.input(name, [1, 'batch', H])) : []),
  ];
  const names = ['y', ...states.map((name) => `${name}_next`)];
  const outputs = g.ops(names.length, op, inputs, { ...attributes, hidden_size: H });
  for (const [i, name] of names.entries()) g.output(name, outputs[i]);
  return g.model();
}

/** The same model, its recurrent nodes lowered. */
function loweredModel(graph: Graph): { model: ModelProto; operators: string[] } {
  const g = new GraphBuilder('lowered');
  const given: Record<string, string> = {};
  for (const { name, shape } of graph.inputs) given[name] = g.input(name, shape);
  for (const [name, { dims, data }] of graph.weights) given[name] = g.weight(name, dims, data);
  const values = inline(g, graph, given, { lower: true });
  for (const { name, shape } of graph.outputs) {
    expect(g.shape(values.get(name)!)).toEqual(shape);
    g.output(name, values.get(name)!);
  }
  return { model: g.model(), operators: g.nodes.map(({ opType }) => opType) };
}

async function run(model: ModelProto, feeds: Feeds): Promise<Feeds> {
  const runner = await createGraphRunner(encodeModel(model));
  const results = await runner.run(feeds);
  await runner.release();
  return results;
}

/** Runs both on random rows; gives the largest difference over all outputs. */
async function difference(model: ModelProto, batch: number): Promise<number> {
  const graph = readGraph(decodeModel(encodeModel(model)));
  const random = new Random(9);
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name, shape }) => {
      const dims = shape.map((dim) => (dim === 'batch' ? batch : Number(dim)));
      const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random.normal());
      return [name, { data, dims }];
    }),
  );
  const { model: lowered, operators } = loweredModel(graph);
  expect(operators.filter((op) => op in gates)).toEqual([]);
  const [expected, found] = [await run(model, feeds), await run(lowered, feeds)];
  let worst = 0;
  for (const [name, { data, dims }] of Object.entries(expected)) {
    expect(found[name].dims, name).toEqual(dims);
    worst = Math.max(worst, maxDifference(found[name].data, data));
  }
  return worst;
}

const variants: Variant[] = [
  ...(['GRU', 'LSTM', 'RNN'] as const).flatMap((op): Variant[] => [
    { title: `${op}, one step with bias and state`, op, steps: 1, bias: true, initial: true },
    { title: `${op}, one step with neither`, op, steps: 1 },
    { title: `${op}, five steps with bias and state`, op, steps: 5, bias: true, initial: true },
    { title: `${op}, five steps with neither`, op, steps: 5 },
  ]),
  ...[1, 4].map(
    (steps): Variant => ({
      title: `GRU with linear_before_reset over ${steps} steps`,
      op: 'GRU',
      steps,
      bias: true,
      initial: true,
      attributes: { linear_before_reset: 1 },
    }),
  ),
  { title: 'GRU with linear_before_reset, no bias', op: 'GRU', steps: 2, attributes: { linear_before_reset: 1 } },
  { title: 'RNN with ReLU', op: 'RNN', steps: 3, bias: true, attributes: { activations: ['Relu'] } },
  {
    title: 'RNN with a leaky ReLU of its own slope',
    op: 'RNN',
    steps: 3,
    bias: true,
    attributes: { activations: ['LeakyRelu'], activation_alpha: [0.3] },
  },
  {
    title: 'LSTM with other activations',
    op: 'LSTM',
    steps: 3,
    bias: true,
    initial: true,
    attributes: { activations: ['Sigmoid', 'Relu', 'Softplus'] },
  },
];

describe('lowerNode', () => {
  for (const variant of variants) {
    it(`gives the same as ONNX Runtime's own node: ${variant.title}`, async () => {
      expect(await difference(recurrentModel(variant), 3)).toBeLessThan(2e-6);
    });
  }

  for (const name of ['torchGru', 'torchLstm', 'torchGru2', 'torchRnn', 'torchMixed']) {
    it(`gives the same as the nodes of a file PyTorch wrote: ${name}`, async () => {
      const model = decodeModel(readFileSync(new URL(`../../fixtures/${name}.onnx`, import.meta.url)));
      expect(await difference(model, 3)).toBeLessThan(2e-6);
    });
  }

  for (const shape of [
    ['batch', 3],
    ['batch', 3, 2, 2],
  ]) {
    it(`gives the same as BatchNormalization in training mode, rank ${shape.length}`, async () => {
      const g = new GraphBuilder('normalised');
      const x = g.input('x', shape);
      const weights = [
        [1, 2, 0.5],
        [0, -1, 1],
        [0.1, 0.2, 0.3],
        [1, 2, 3],
      ].map((data, i) => g.weight(`w${i}`, [3], data));
      const outputs = g.ops(3, 'BatchNormalization', [x, ...weights], { training_mode: 1, momentum: 0.8 });
      for (const [i, name] of ['y', 'mean', 'variance'].entries()) g.output(name, outputs[i]);
      expect(loweredModel(readGraph(g.model())).operators).not.toContain('BatchNormalization');
      expect(await difference(g.model(), 5)).toBeLessThan(2e-6);
    });
  }

  it.each<[string, Partial<Variant>, string]>([
    ['backwards', { attributes: { direction: 'reverse' } }, 'direction reverse'],
    ['batch first', { attributes: { layout: 1 } }, 'layout 1'],
    ['clipping', { attributes: { clip: 3 } }, 'clip is not known'],
    ['coupled gates', { attributes: { input_forget: 1 } }, 'input_forget'],
    [
      'an activation without a gradient',
      { attributes: { activations: ['Affine', 'Tanh', 'Tanh'] } },
      'activation Affine',
    ],
  ])('refuses %s, naming the node', (_title, more, message) => {
    const model = recurrentModel({ title: '', op: 'LSTM', steps: 2, ...(more.attributes?.layout ? {} : more) });
    const [node] = model.graph!.node.filter(({ opType }) => opType === 'LSTM');
    node.name = '/rnn/LSTM';
    if (more.attributes?.layout) node.attribute.push({ name: 'layout', type: 2, i: 1 });
    expect(() => loweredModel(readGraph(model))).toThrow('node /rnn/LSTM (LSTM): ');
    expect(() => loweredModel(readGraph(model))).toThrow(message);
  });

  it('refuses peepholes, and sequences shorter than the rest', () => {
    const g = new GraphBuilder('refused');
    const weights = [g.input('W', [1, 4 * H, I]), g.input('R', [1, 4 * H, H])];
    const inputs = [g.input('x', [2, 1, I]), ...weights, ''];
    const node = { opType: 'LSTM', inputs: [], outputs: ['y'], attributes: {}, name: 'cell' };
    const peepholes = [...inputs, '', '', '', g.input('P', [1, 3 * H])];
    expect(() => lowerNode(g, node, peepholes)).toThrow('node cell (LSTM): peepholes are not known');
    expect(() => lowerNode(g, node, [...inputs, g.ints([1])])).toThrow('sequence_lens is not known');
    expect(lowerNode(g, node, [...inputs, g.ints([2])])).toHaveLength(1);
  });
});
