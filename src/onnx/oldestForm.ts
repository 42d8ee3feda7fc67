import { attributeOf, attributeValue } from './attribute.js';
import type { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto } from './modelProto.js';
import { tensorValues } from './tensor.js';

const version = 12;

/** Operators that opset 12 writes as opset 17 does. */
const unchanged = new Set(
  (
    'Abs Add And Cast Ceil Clip Concat Constant Div Elu Equal Erf Exp Expand Floor GRU Gather Gemm Greater Identity LSTM LeakyRelu Less Log ' +
    'MatMul Max Min Mod Mul Neg Not Or PRelu Pad Pow RNN Reciprocal ReduceMax ReduceMean ReduceMin Relu Reshape Round Sigmoid Sign Slice ' +
    'Softplus Sqrt Sub Sum Tanh Transpose Where'
  ).split(' '),
);

/** Operators whose second input was an attribute. */
const asAttribute: Readonly<Record<string, string>> = {
  ReduceSum: 'axes',
  Split: 'split',
  Squeeze: 'axes',
  Unsqueeze: 'axes',
};

/** Over the last axis alone opset 12 means the same. */
const overLastAxis = new Set(['LogSoftmax', 'Softmax']);

/** Attributes that opset 12 does not know, or not for these operators. */
const later = new Set(['allowzero', 'layout', 'noop_with_empty_axes', 'num_outputs']);

/**
 * A model of opset 17 as one of opset 12, where all its operators were there; else as it is. What it computes stays the same.
 *
 * ONNX Runtime goes through its kernels of an operator oldest first and writes a sentence, three times a node, about each that a newer opset
 * has replaced. That is half of what it does to make a session of a thousand nodes.
 */
export function oldestForm(model: ModelProto): ModelProto {
  const graph = model.graph && olderGraph(model.graph);
  return graph ? { ...model, opsetImport: [{ domain: '', version }], graph } : model;
}

function olderGraph(graph: GraphProto): GraphProto | undefined {
  const constants = new Map(graph.node.flatMap((node) => (node.opType === 'Constant' ? [held(node)] : [])));
  const nodes: NodeProto[] = [];
  for (const node of graph.node) {
    const older = olderNode(node, constants);
    if (!older) return undefined;
    nodes.push(older);
  }
  const read = new Set([...nodes.flatMap(({ input }) => input), ...graph.output.map(({ name }) => name)]);
  return { ...graph, node: nodes.filter(({ opType, output }) => opType !== 'Constant' || read.has(output[0])) };
}

const held = ({ output, attribute }: NodeProto): [string, TensorProto | undefined] => [output[0], attribute[0].t];

function olderNode(node: NodeProto, constants: ReadonlyMap<string, TensorProto | undefined>): NodeProto | undefined {
  const { opType, input, attribute } = node;
  if (attribute.some(({ name }) => later.has(name))) return undefined;
  if (unchanged.has(opType)) return node;
  if (overLastAxis.has(opType))
    return axisOf(attribute) === -1 ? { ...node, attribute: [attributeOf('axis', -1)] } : undefined;
  const name = asAttribute[opType];
  if (name === undefined) return undefined;
  if (!input[1]) return { ...node, input: input.slice(0, 1) };
  const tensor = constants.get(input[1]);
  if (!tensor) return undefined;
  return { ...node, input: input.slice(0, 1), attribute: [...attribute, attributeOf(name, tensorValues(tensor))] };
}

const axisOf = (attributes: readonly AttributeProto[]): number => {
  const axis = attributes.find(({ name }) => name === 'axis');
  return axis ? Number(attributeValue(axis)) : -1;
};
