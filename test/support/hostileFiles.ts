import { encodeModel } from '../../src/onnx/codec.js';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.js';
import {
  type AttributeProto,
  AttributeType,
  ElementType,
  type ModelProto,
  type NodeProto,
} from '../../src/onnx/modelProto.js';
import type { InspectionCode } from '../../src/onnx/safety/refusal.js';
import { floatTensor, intTensor } from '../../src/onnx/tensor.js';
import type { Random } from '../../src/series/random.js';
import { block, joined, tag, text, varint } from './protobufWriter.js';
import { type StepModelParts, stepModel, stepModelBytes } from './stepModel.js';

/** A file that no node may run, and what must be said of it. */
export interface HostileFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly code: InspectionCode;
  readonly says: RegExp;
}

const good = stepModelBytes();
const field = { graph: 7, node: 1, initializer: 5, attribute: 5 } as const; // numbers in their messages

/** The sound model with something done to it. */
function changed(
  change: (model: ModelProto, node: (opType: string) => NodeProto) => void,
  parts?: StepModelParts,
): Uint8Array {
  const model = stepModel(parts);
  change(model, (opType) => model.graph!.node.find((each) => each.opType === opType)!);
  return encodeModel(model);
}

const between = (build: NonNullable<StepModelParts['between']>): Uint8Array => stepModelBytes({ between: build });

/** The sound model with another node, which nothing reads. */
const withNode = (node: Partial<NodeProto> & Pick<NodeProto, 'opType'>): Uint8Array =>
  changed(({ graph }) => graph!.node.push({ name: 'evil', input: ['x'], output: ['evil'], attribute: [], ...node }));

/** The sound model with bytes put behind it: a further field of the model. */
const followedBy = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array => joined(good, ...parts);

/** A second graph field, which some readers join with the first, and others take in its place. */
const graphWith = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  joined([8, 8], block(8, [16, 17]), block(field.graph, joined(...parts)));

const innerGraph = { node: [], initializer: [], input: [], output: [] };
const body = { name: 'body', type: AttributeType.graph, g: innerGraph };
const wide = (g: GraphBuilder, shape: readonly number[]): string => g.op('Expand', [g.scalar(1), g.ints(shape)]);
const summed = (g: GraphBuilder, value: string, seen: string): string =>
  g.op('Add', [seen, g.op('ReduceSum', [value], { keepdims: 0 })]);

const intOf = (name: string, i: number) => ({ name, type: AttributeType.int, i });

const node = (opType: string, input: string[], output: string, ...attribute: AttributeProto[]): NodeProto => ({
  ...{ opType, input, output: [output], attribute },
});

const asInt = (from: string, to: string): NodeProto => node('Cast', [from], to, intOf('to', ElementType.int64));

/** The sound model with an operator on x that is told integers of the file. */
const withInts = (opType: string, ...told: readonly (readonly number[])[]): Uint8Array =>
  changed(({ graph }) => {
    graph!.initializer.push(...told.map((values, i) => intTensor(`told${i}`, [values.length], [...values])));
    graph!.node.push(node(opType, ['x', ...told.map((_, i) => `told${i}`)], 'evil'));
  });

const shapedBy = (...dims: readonly number[]): Uint8Array =>
  changed(({ graph }) => {
    graph!.initializer.push(intTensor('n', [dims.length], [...dims]));
    graph!.node.push(node('ConstantOfShape', ['n'], 'evil'));
  });

function deepGraphs(depth: number): Uint8Array {
  let inner: Uint8Array = new Uint8Array();
  for (let i = 0; i < depth; i++) inner = block(field.node, block(field.attribute, block(6, inner)));
  return graphWith(inner);
}

/** x·W with a weight of its own. */
const weighted = (data: readonly number[]): Uint8Array =>
  between((g, hidden) => g.op('Mul', [hidden, g.weight('evil', [data.length], data)]));

const rows: readonly (readonly [string, InspectionCode, RegExp, () => Uint8Array])[] = [
  ['an empty file', 'size', /empty/, () => new Uint8Array()],
  ['a file larger than allowed', 'size', /16777217 bytes/, () => new Uint8Array(2 ** 24 + 1)],

  ['a web page', 'protobuf', /./, () => text('<!doctype html><title>404</title>')],
  ['a gzip header', 'protobuf', /./, () => Uint8Array.of(31, 139, 8, 0, 0, 0, 0, 0)],
  ['half of a file', 'protobuf', /longer than what is left/, () => good.slice(0, good.length / 2)],
  ['a file short of one byte', 'protobuf', /longer than what is left/, () => good.slice(0, -1)],
  ['a field that ONNX does not have', 'protobuf', /field 99/, () => followedBy(tag(99, 0), [1])],
  ['field number 0', 'protobuf', /field 0/, () => followedBy([0, 0])],
  ['a group', 'protobuf', /wire type 3/, () => followedBy(tag(4, 3), tag(4, 4))],
  ['a fixed64 where a text must be', 'protobuf', /wire type 1/, () => followedBy(tag(6, 1), new Uint8Array(8))],
  ['two graphs', 'protobuf', /graph is given twice/, () => followedBy(block(field.graph, []))],
  [
    'an operator that is given twice',
    'protobuf',
    /opType is given twice/,
    () => graphWith(block(field.node, joined(block(4, text('Tanh')), block(4, text('Loop'))))),
  ],
  ['a number of eleven bytes', 'protobuf', /64 bits/, () => followedBy(tag(5, 0), new Uint8Array(11).fill(255))],
  ['a length beyond the end', 'protobuf', /longer than what is left/, () => followedBy(tag(6, 2), varint(2 ** 40))],
  ['a name that is not UTF-8', 'protobuf', /not UTF-8/, () => graphWith(block(field.node, block(4, [0xc3, 0x28])))],

  ['graphs in graphs in graphs', 'limits', /deep/, () => deepGraphs(100)],
  [
    'more nodes than any network has',
    'limits',
    /more than 10000/,
    () => graphWith(...new Array<Uint8Array>(10_001).fill(block(field.node, []))),
  ],
  [
    'more tensors than any network has',
    'limits',
    /more than 10000/,
    () => graphWith(...new Array<Uint8Array>(10_001).fill(block(field.initializer, []))),
  ],
  ['a name of a megabyte', 'limits', /1048576 bytes/, () => withNode({ opType: 'Neg', name: 'n'.repeat(2 ** 20) })],
  ['a megabyte of documentation', 'limits', /1048576 bytes/, () => followedBy(block(6, new Uint8Array(2 ** 20)))],
  [
    'a weight of nine axes',
    'limits',
    /9 axes/,
    () => changed(({ graph }) => graph!.initializer.push(floatTensor('w', new Array(9).fill(1), [1]))),
  ],
  [
    'a thousand axes made by the graph',
    'limits',
    /axes, more than 8/,
    () => between((g, h) => summed(g, g.op('Unsqueeze', [g.scalar(1), g.ints([...Array(1000).keys()])]), h)),
  ],

  [
    'weights in another file',
    'external-data',
    /another file/,
    () => changed(({ graph }) => void (graph!.initializer[0].dataLocation = 1)),
  ],
  [
    'a path to a system file',
    'external-data',
    /externalData/,
    () =>
      changed(({ graph }) => void (graph!.initializer[0].externalData = [{ key: 'location', value: '/etc/shadow' }])),
  ],
  [
    'a path that climbs out of the folder, in a constant',
    'external-data',
    /externalData/,
    () => {
      const t = { ...floatTensor('t', [1], [1]), externalData: [{ key: 'location', value: '../../keys' }] };
      return withNode({ opType: 'Constant', input: [], attribute: [{ name: 'value', type: AttributeType.tensor, t }] });
    },
  ],
  ['a sparse initializer', 'sparse', /sparseInitializer/, () => graphWith(block(15, [0]))],
  [
    'a sparse constant',
    'sparse',
    /sparseTensor/,
    () => graphWith(block(field.node, block(field.attribute, block(22, [])))),
  ],
  ['a function of its own', 'function', /functions/, () => followedBy(block(25, []))],
  [
    'an attribute that refers to a function',
    'function',
    /refAttrName/,
    () => graphWith(block(field.node, block(field.attribute, block(21, [65])))),
  ],
  ['an overloaded operator', 'function', /overload/, () => graphWith(block(field.node, block(8, [65])))],
  ['a training graph', 'training', /trainingInfo/, () => followedBy(block(20, []))],

  [
    'a loop that never ends',
    'control-flow',
    /node evil \(Loop\)/,
    () => withNode({ opType: 'Loop', attribute: [body] }),
  ],
  ['a branch', 'control-flow', /node evil \(If\)/, () => withNode({ opType: 'If', attribute: [body] })],
  ['a scan', 'control-flow', /node evil \(Scan\)/, () => withNode({ opType: 'Scan', attribute: [body] })],
  [
    'a graph in an innocent operator',
    'control-flow',
    /node evil \(Tanh\)/,
    () => withNode({ opType: 'Tanh', attribute: [body] }),
  ],
  [
    'a list of graphs',
    'control-flow',
    /graphs/,
    () => graphWith(block(field.node, block(field.attribute, block(11, [])))),
  ],
  [
    'operators of another domain',
    'domain',
    /com\.evil/,
    () => changed((model) => model.opsetImport!.push({ domain: 'com.evil', version: 1 })),
  ],
  ['a node of another domain', 'domain', /com\.evil/, () => withNode({ opType: 'Tanh', domain: 'com.evil' })],
  ['no opset', 'opset', /0 operator sets/, () => changed((model) => void (model.opsetImport = []))],
  [
    'two opsets, of which one is looked at',
    'opset',
    /2 operator sets/,
    () => changed((model) => model.opsetImport!.push({ domain: 'ai.onnx', version: 7 })),
  ],
  ['an old opset', 'opset', /opset 7/, () => changed((model) => void (model.opsetImport![0].version = 7))],
  ['an opset of the future', 'opset', /opset 99/, () => changed((model) => void (model.opsetImport![0].version = 99))],

  ['random numbers', 'operator', /RandomNormalLike/, () => withNode({ opType: 'RandomNormalLike' })],
  ['a range of any length', 'operator', /Range/, () => withNode({ opType: 'Range', input: ['x', 'x', 'x'] })],
  ['a tile of any size', 'operator', /Tile/, () => withNode({ opType: 'Tile', input: ['x', 'x'] })],
  ['a result of unknown size', 'operator', /NonZero/, () => withNode({ opType: 'NonZero' })],
  [
    'dropout that draws',
    'operator',
    /draw numbers/,
    () => between((g, h) => g.op('Dropout', [h, g.scalar(0.5), g.literal({ type: 'bool', dims: [], data: [1] })])),
  ],
  ['a file reader', 'operator', /ReadFile/, () => withNode({ opType: 'ReadFile' })],
  ['an operator called constructor', 'operator', /constructor/, () => withNode({ opType: 'constructor' })],
  ['an operator called __proto__', 'operator', /__proto__/, () => withNode({ opType: '__proto__' })],
  [
    'an operator with a line break in its name',
    'operator',
    /^node evil \(Tanh\?\[31mok\)/,
    () => withNode({ opType: 'Tanh\n\u001b[31mok' }),
  ],
  [
    'an attribute of no type',
    'attribute',
    /alpha/,
    () => withNode({ opType: 'Elu', attribute: [{ name: 'alpha', f: 1 }] }),
  ],
  [
    'an attribute of two values',
    'attribute',
    /axis/,
    () => withNode({ opType: 'Softmax', attribute: [{ name: 'axis', type: AttributeType.int, i: 1, f: 2 }] }),
  ],
  [
    'a constant of two values',
    'attribute',
    /2 attributes/,
    () => {
      const [one, other] = [1, 2].map((f) => ({ name: 'value_float', type: AttributeType.float, f }));
      return withNode({ opType: 'Constant', input: [], attribute: [one, other] });
    },
  ],
  [
    'numbers made into texts',
    'attribute',
    /casts/,
    () => withNode({ opType: 'Cast', attribute: [{ name: 'to', type: AttributeType.int, i: 8 }] }),
  ],

  [
    'a billion numbers that are not there',
    'tensor',
    /do not fill \[1000000000\]/,
    () => changed(({ graph }) => void (graph!.initializer[0].dims = [1e9])),
  ],
  [
    'two negative axes',
    'tensor',
    /\[-2,-4\]/,
    () => changed(({ graph }) => void (graph!.initializer[0].dims = [-2, -4])),
  ],
  [
    'data in two ways',
    'tensor',
    /two ways/,
    () => changed(({ graph }) => void (graph!.initializer[0].floatData = new Array(8).fill(9))),
  ],
  ['texts as weights', 'tensor', /stringData/, () => graphWith(block(field.initializer, block(6, [65])))],
  [
    'weights of another type',
    'tensor',
    /float16/,
    () => changed(({ graph }) => void (graph!.initializer[0].dataType = ElementType.float16)),
  ],
  [
    'an open axis called 0',
    'tensor',
    /called 0/,
    () => changed(({ graph }) => void (graph!.input[0].type!.tensorType!.shape!.dim[0] = { dimParam: '0' })),
  ],
  [
    'an axis of −1',
    'tensor',
    /axis of -1/,
    () => changed(({ graph }) => void (graph!.input[0].type!.tensorType!.shape!.dim[0] = { dimValue: -1 })),
  ],
  ['weights that are no numbers', 'not-finite', /evil holds NaN at 2/, () => weighted([1, 1, Number.NaN, 1])],
  ['infinite weights', 'not-finite', /evil holds -Infinity at 0/, () => weighted([Number.NEGATIVE_INFINITY, 1, 1, 1])],
  [
    'an attribute that is no number',
    'not-finite',
    /alpha/,
    () => withNode({ opType: 'Elu', attribute: [{ name: 'alpha', type: AttributeType.float, f: Number.NaN }] }),
  ],

  ['no graph', 'graph', /no graph/, () => joined([8, 8], block(8, [16, 17]))],
  [
    'a circle',
    'graph',
    /depends on it/,
    () => changed((_model, node) => void (node('Add').input[0] = node('Tanh').output[0])),
  ],
  ['a value that nothing gives', 'graph', /ghost/, () => withNode({ opType: 'Neg', input: ['ghost'] })],
  ['a value given twice', 'graph', /there already/, () => withNode({ opType: 'Neg', output: ['y'] })],
  ['an operator without its inputs', 'graph', /input 1/, () => withNode({ opType: 'MatMul' })],
  [
    'a product that does not fit',
    'graph',
    /does not fit/,
    () => changed(({ graph }) => void (graph!.initializer[0].dims = [4, 2])),
  ],
  [
    'a size that the data say',
    'unbounded',
    /must be known before/,
    () => {
      const cast = { name: 'to', type: AttributeType.int, i: ElementType.int64 };
      return changed(({ graph }) =>
        graph!.node.push(
          { opType: 'Cast', input: ['x'], output: ['n'], attribute: [cast] },
          { opType: 'ConstantOfShape', name: 'evil', input: ['n'], output: ['evil'], attribute: [] },
        ),
      );
    },
  ],
  [
    'a billion zeros in 96 bytes',
    'tensor-size',
    /8000000000 bytes/,
    () =>
      changed(({ graph }) => {
        graph!.initializer.push(intTensor('n', [1], [1e9]));
        graph!.node.push({ opType: 'ConstantOfShape', input: ['n'], output: ['evil'], attribute: [] });
      }),
  ],
  ['a number made into 10¹⁸', 'tensor-size', /./, () => between((g, h) => summed(g, wide(g, [1e6, 1e6, 1e6]), h))],
  [
    'a size beyond any number',
    'tensor-size',
    /./,
    () => between((g, h) => summed(g, wide(g, new Array(8).fill(2 ** 50)), h)),
  ],
  [
    'padding without end',
    'tensor-size',
    /./,
    () => between((g, h) => summed(g, g.op('Pad', [g.constant([1], [1]), g.ints([0, 2 ** 31])]), h)),
  ],
  [
    'negative padding',
    'tensor-size',
    /would be/,
    () => between((g, h) => summed(g, g.op('Pad', [g.constant([1, 2], [2]), g.ints([-4, 1])]), h)),
  ],
  [
    'a vector doubled forty times',
    'tensor-size',
    /./,
    () => between((g, h) => summed(g, doubled(g, g.constant([1], [1]), 40), h)),
  ],
  [
    'a shape doubled forty times',
    'unbounded',
    /must be known before/,
    () =>
      changed(({ graph }) => {
        graph!.initializer.push(intTensor('s0', [1], [1]));
        const axis = { name: 'axis', type: AttributeType.int, i: 0 };
        for (let i = 0; i < 40; i++)
          graph!.node.push({ opType: 'Concat', input: [`s${i}`, `s${i}`], output: [`s${i + 1}`], attribute: [axis] });
        graph!.node.push({ opType: 'ConstantOfShape', input: ['s40'], output: ['evil'], attribute: [] });
      }),
  ],
  [
    'a batch multiplied by itself',
    'tensor-size',
    /./,
    () =>
      between((g, h, x) => {
        const square = g.op('MatMul', [x, g.op('Transpose', [x])]);
        const column = g.op('Unsqueeze', [g.op('ReduceSum', [x, g.ints([1])], { keepdims: 1 }), g.ints([2])]);
        const cube = g.op('Mul', [g.op('Unsqueeze', [square, g.ints([0])]), column]);
        return g.op('Add', [h, g.op('ReduceSum', [cube], { keepdims: 0 })]);
      }),
  ],
  [
    'many values that each are allowed',
    'memory',
    /at a batch of 256/,
    () =>
      between((g, h) => {
        let value = wide(g, [7_000_000]);
        for (let i = 0; i < 12; i++) value = g.op('Neg', [value]);
        return summed(g, value, h);
      }),
  ],

  [
    'an index that readings say',
    'unbounded',
    /must be known before/,
    () => changed(({ graph }) => graph!.node.push(asInt('x', 'n'), node('Gather', ['W', 'n'], 'evil'))),
  ],
  [
    'an axis that readings say',
    'unbounded',
    /must be known before/,
    () => changed(({ graph }) => graph!.node.push(asInt('x', 'n'), node('CumSum', ['x', 'n'], 'evil'))),
  ],
  [
    'integers divided by what readings say',
    'unbounded',
    /may be 0 or less/,
    () => changed(({ graph }) => graph!.node.push(asInt('x', 'n'), node('Div', ['n', 'n'], 'evil'))),
  ],
  [
    'the least integer divided by −1',
    'unbounded',
    /may be 0 or less/,
    () =>
      changed(({ graph }) => {
        graph!.initializer.push(intTensor('minus', [1], [-1]));
        graph!.node.push(asInt('x', 'n'), node('Div', ['n', 'minus'], 'evil'));
      }),
  ],
  [
    'moments taken from the batch',
    'operator',
    /as in training/,
    () =>
      changed(({ graph }) => {
        graph!.initializer.push(...['a', 'b', 'm', 'v'].map((name) => floatTensor(name, [2], [1, 1])));
        graph!.node.push(node('BatchNormalization', ['x', 'a', 'b', 'm', 'v'], 'evil', intOf('training_mode', 1)));
      }),
  ],
  ['weights as eighths of a byte', 'operator', /Dequantize/, () => withNode({ opType: 'DequantizeLinear' })],
  [
    'the same weights twice',
    'graph',
    /two initializers are called W/,
    () => changed(({ graph }) => graph!.initializer.push(graph!.initializer[0])),
  ],
  ['the same input twice', 'graph', /there already/, () => changed(({ graph }) => graph!.input.push(graph!.input[0]))],
  [
    'a permutation to beyond the last axis',
    'graph',
    /does not permute/,
    () =>
      withNode({ opType: 'Transpose', attribute: [{ name: 'perm', type: AttributeType.ints, ints: [0, 2 ** 40] }] }),
  ],
  [
    'an axis of a trillion',
    'graph',
    /outside rank/,
    () => withNode({ opType: 'Concat', input: ['x', 'x'], attribute: [intOf('axis', 2 ** 40)] }),
  ],
  ['two axes to be found out', 'graph', /does not fill/, () => withInts('Reshape', [-1, -1])],
  ['a slice by steps of nothing', 'tensor-size', /Infinity/, () => withInts('Slice', [0], [4], [1], [0])],
  ['a shape of 2⁶² numbers', 'tensor-size', /would be/, () => shapedBy(2 ** 62, 4)],
  ['a shape below nothing', 'tensor-size', /would be \[-5\]/, () => shapedBy(-5)],
  [
    'an attribute given twice',
    'graph',
    /the attribute axis twice/,
    () => withNode({ opType: 'Softmax', attribute: [intOf('axis', 1), intOf('axis', 0)] }),
  ],
  [
    'names that turn the line about and clear the screen',
    'operator',
    /^node a\?b\?\[2J \(Ne\?g\): /,
    () => withNode({ opType: 'Ne\u202eg', name: 'a\u202eb\u001b[2J' }),
  ],
  ['a sequence for an input', 'tensor', /sequenceType/, () => graphWith(block(11, block(2, block(4, []))))],
  ['an input that may be missing', 'tensor', /optionalType/, () => graphWith(block(11, block(2, block(9, []))))],
  ['a note on quantisation', 'tensor', /quantizationAnnotation/, () => graphWith(block(14, []))],
  [
    'a product that takes seconds',
    'cost',
    /multiply–adds/,
    () => between((g, h) => summed(g, g.op('MatMul', [wide(g, [2000, 2000]), wide(g, [2000, 2000])]), h)),
  ],
];

function doubled(g: GraphBuilder, value: string, times: number): string {
  let longer = value;
  for (let i = 0; i < times; i++) longer = g.op('Concat', [longer, longer], { axis: 0 });
  return longer;
}

/** Files that the inspection of the bytes refuses. */
export const hostileFiles = (): HostileFile[] =>
  rows.map(([name, code, says, make]) => ({ name, code, says, bytes: make() }));

/** The file with one to four random bytes changed, inserted or taken out; never the same file. The same seed gives the same mutants. */
export function mutantOf(file: Uint8Array, random: Random): Uint8Array {
  let bytes = file;
  for (let left = 1 + random.integer(4); left > 0; left--) bytes = changedAt(bytes, random);
  return bytes.length === file.length && bytes.every((byte, i) => byte === file[i]) ? mutantOf(file, random) : bytes;
}

function changedAt(bytes: Uint8Array, random: Random): Uint8Array {
  const [at, kind] = [random.integer(bytes.length), random.integer(4)];
  if (kind > 1) return bytes.with(at, bytes[at] ^ (1 + random.integer(255)));
  const changed = new Uint8Array(bytes.length + (kind === 0 ? -1 : 1));
  changed.set(bytes.subarray(0, at));
  if (kind === 1) changed[at] = random.integer(256);
  changed.set(bytes.subarray(kind === 0 ? at + 1 : at), kind === 0 ? at : at + 1);
  return changed;
}
