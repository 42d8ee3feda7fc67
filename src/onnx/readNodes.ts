import { attributeValue } from './attribute.js';
import { type Constant, constantOf } from './constant.js';
import { type GraphNode, nodeTitle } from './graphNode.js';
import type { NodeProto } from './modelProto.js';

/**
 * The nodes of a file as plain data, in the form of opset 17 as far as it can be seen without shapes. What Constant nodes hold is put into `constants`, and so is what
 * a later opset gives as an input and opset 17 as an attribute (and the other way round).
 */
export function readNodes(nodes: readonly NodeProto[], constants: Map<string, Constant>): GraphNode[] {
  const read: GraphNode[] = [];
  for (const proto of nodes) {
    const title = nodeTitle({
      opType: proto.opType,
      name: proto.name,
      inputs: [],
      outputs: proto.output,
      attributes: {},
    });
    if (proto.domain && proto.domain !== 'ai.onnx')
      throw new TypeError(`${title}: operators of the domain ${proto.domain} are not read`);
    try {
      if (proto.opType === 'Constant') constants.set(proto.output[0], constantNodeValue(proto));
      else read.push(proto.opType === 'ConstantOfShape' ? filled(proto, constants) : plainNode(proto));
    } catch (error) {
      throw new TypeError(`${title}: ${(error as Error).message}`, { cause: error });
    }
  }
  return read.map((node) => asOpset17(node, constants));
}

function plainNode({ opType, name, input, output, attribute }: NodeProto): GraphNode {
  const attributes = Object.fromEntries(attribute.map((entry) => [entry.name, attributeValue(entry)]));
  return { opType, inputs: input, outputs: output, attributes, ...(name ? { name } : {}) };
}

function constantNodeValue({ attribute }: NodeProto): Constant {
  const [{ name, t, f, i, floats, ints }] = attribute;
  switch (name) {
    case 'value':
      return constantOf(t!);
    case 'value_float':
      return { type: 'float32', dims: [], data: [f ?? 0] };
    case 'value_floats':
      return { type: 'float32', dims: [floats?.length ?? 0], data: floats ?? [] };
    case 'value_int':
      return { type: 'int64', dims: [], data: [i ?? 0] };
    case 'value_ints':
      return { type: 'int64', dims: [ints?.length ?? 0], data: ints ?? [] };
    default:
      throw new TypeError(`a constant given as ${name} is not read`);
  }
}

/** ConstantOfShape is a single number, expanded. */
function filled({ name, input, output, attribute }: NodeProto, constants: Map<string, Constant>): GraphNode {
  const tensor = attribute.find((entry) => entry.name === 'value')?.t;
  const { type, data } = tensor ? constantOf(tensor) : ({ type: 'float32', data: [0] } as const);
  const value = hidden(constants, { type, dims: [], data });
  return { opType: 'Expand', inputs: [value, input[0]], outputs: output, attributes: {}, ...(name ? { name } : {}) };
}

function asOpset17(node: GraphNode, constants: ReadonlyMap<string, Constant>): GraphNode {
  const { opType, inputs, attributes } = node;
  if (opType === 'Cast') return { ...node, attributes: { to: attributes.to } };
  if (opType === 'Pad' && (inputs[3] ?? '') !== '')
    throw new TypeError(`${nodeTitle(node)}: pads of some axes only are not read`);
  if (/^Reduce(?!Sum$)/.test(opType) && inputs.length > 1) {
    const axes = constants.get(inputs[1]);
    if (inputs[1] !== '' && !axes) throw new TypeError(`${nodeTitle(node)}: its axes must be a constant`);
    if (attributes.noop_with_empty_axes && !axes?.data.length) {
      return { ...node, opType: 'Identity', inputs: inputs.slice(0, 1), attributes: {} };
    }
    const { keepdims } = attributes;
    const plain = { ...(keepdims === undefined ? {} : { keepdims }), ...(axes ? { axes: axes.data } : {}) };
    return { ...node, inputs: inputs.slice(0, 1), attributes: plain };
  }
  return node;
}

/** A Split that leaves its sizes open, with the sizes it has turned out to give: opset 17 leaves them open only where they are equal. */
export function withSizes(node: GraphNode, sizes: readonly number[], constants: Map<string, Constant>): GraphNode {
  const { num_outputs: _, ...attributes } = node.attributes;
  if (sizes.every((size) => size === sizes[0])) return { ...node, attributes };
  const given = hidden(constants, { type: 'int64', dims: [sizes.length], data: sizes });
  return { ...node, inputs: [node.inputs[0], given], attributes };
}

/** A constant of its own, under a name no file uses. */
function hidden(constants: Map<string, Constant>, constant: Constant): string {
  const name = `.c${constants.size}`;
  constants.set(name, constant);
  return name;
}
