import { type Constant, constantOf } from './constant.js';
import { foldInts, isKnown, type KnownInts } from './foldInts.js';
import type { Graph, GraphValue, Weight } from './graph.js';
import { type GraphNode, nodeTitle } from './graphNode.js';
import { inferShapes } from './inferShapes.js';
import { ElementType, type ModelProto, type ValueInfoProto } from './modelProto.js';
import { newestOpset, oldestOpset, opsetOf } from './opset.js';
import { readNodes, withSizes } from './readNodes.js';
import { fixed, normalAxis, type Shape } from './shape.js';
import { tensorValues } from './tensor.js';
import { topologicalOrder } from './topologicalOrder.js';

/**
 * A file as plain data. Its float32 initializers are the weights; Constant nodes and integer initializers are constants.
 * Operators of later opsets are put in the form of opset 17.
 *
 * @throws {TypeError} for what this project does not read: other element types, subgraphs, other operator domains, other opsets.
 * @throws {RangeError} for a graph that contradicts itself.
 */
export function readGraph(model: ModelProto): Graph {
  const file = model.graph;
  if (!file) throw new TypeError('the file holds no graph');
  const opset = opsetOf(model);
  if (opset < oldestOpset || opset > newestOpset)
    throw new TypeError(`opset ${opset} is not read: it must be ${oldestOpset} to ${newestOpset}`);

  const weights = new Map<string, Weight>();
  const constants = new Map<string, Constant>();
  for (const tensor of file.initializer) {
    const name = tensor.name ?? '';
    if (tensor.dataType === ElementType.float32) {
      weights.set(name, { dims: tensor.dims, data: Float32Array.from(tensorValues(tensor)) });
    } else constants.set(name, constantOf(tensor));
  }
  const plain = readNodes(file.node, constants);
  const inputs = file.input.filter(({ name }) => !weights.has(name) && !constants.has(name)).map(graphValue);
  const nodes = topologicalOrder(plain, [...inputs.map(({ name }) => name), ...weights.keys(), ...constants.keys()]);
  const shapes = shapesOf(inputs, weights, constants, nodes);
  for (const [i, node] of nodes.entries()) {
    if (node.opType !== 'Split' || (node.inputs[1] ?? '') !== '') continue;
    const axis = normalAxis(Number(node.attributes.axis ?? 0), shapes.get(node.inputs[0])!.length);
    nodes[i] = withSizes(
      node,
      node.outputs.map((output) => fixed(shapes.get(output)![axis])),
      constants,
    );
  }
  const outputs = file.output.map(({ name }) => {
    const shape = shapes.get(name);
    if (!shape) throw new RangeError(`nothing gives the output ${name}`);
    return { name, shape };
  });
  const statistics = new Set(
    nodes.flatMap(({ opType, inputs }) => (opType === 'BatchNormalization' ? inputs.slice(3, 5) : [])),
  );
  return { name: file.name ?? '', inputs, outputs, weights, statistics, constants, nodes, shapes };
}

function graphValue({ name, type }: ValueInfoProto): GraphValue {
  const tensor = type?.tensorType;
  if (tensor?.elemType !== ElementType.float32) throw new TypeError(`input ${name}: it must be float32`);
  if (!tensor.shape) throw new TypeError(`input ${name}: its shape is not given`);
  const shape = tensor.shape.dim.map(({ dimValue, dimParam }, axis) => dimValue ?? (dimParam || `${name}.${axis}`));
  return { name, shape };
}

function shapesOf(
  inputs: readonly GraphValue[],
  weights: ReadonlyMap<string, Weight>,
  constants: ReadonlyMap<string, Constant>,
  nodes: readonly GraphNode[],
): Map<string, Shape> {
  const shapes = new Map<string, Shape>(inputs.map(({ name, shape }) => [name, shape]));
  const ints = new Map<string, KnownInts>();
  for (const [name, { dims }] of weights) shapes.set(name, dims);
  for (const [name, constant] of constants) {
    shapes.set(name, constant.dims);
    if (isKnown(constant)) ints.set(name, constant);
  }
  const shapeOf = (name: string): Shape => shapes.get(name)!;
  for (const node of nodes) {
    try {
      const known = foldInts(node, shapeOf, (name) => ints.get(name));
      if (known) ints.set(node.outputs[0], known);
      const found = inferShapes(node, shapeOf, (name) => {
        const value = ints.get(name);
        if (!value) throw new TypeError(`${name} must be known before the graph runs`);
        return value.data;
      });
      for (const [i, shape] of found.entries()) if (node.outputs[i]) shapes.set(node.outputs[i], shape);
    } catch (error) {
      const Kind = error instanceof RangeError ? RangeError : TypeError;
      throw new Kind(`${nodeTitle(node)}: ${(error as Error).message}`, { cause: error });
    }
  }
  return shapes;
}
