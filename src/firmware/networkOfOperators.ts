import type { ModelMetadata } from '../forecast/modelContract.js';
import type { Graph } from '../onnx/graph.js';
import type { GraphNode } from '../onnx/graphNode.js';
import type { ModelProto } from '../onnx/modelProto.js';
import { readGraph } from '../onnx/readGraph.js';
import {
  type DeviceActivation,
  type DeviceCell,
  type DeviceLayer,
  type DeviceNetwork,
  gateCount,
  type Rows,
  rowsOf,
} from './deviceNetwork.js';
import type { Refusal } from './refusal.js';

const cells: Readonly<Record<string, DeviceCell>> = { RNN: 'rnn', GRU: 'gru', LSTM: 'lstm' };
const usual: Readonly<Record<string, readonly string[]>> = {
  RNN: ['Tanh'],
  GRU: ['Sigmoid', 'Tanh'],
  LSTM: ['Sigmoid', 'Tanh', 'Tanh'],
};
const activations: Readonly<Record<string, DeviceActivation>> = {
  Tanh: 'tanh',
  Relu: 'relu',
  Sigmoid: 'sigmoid',
  LeakyRelu: 'leakyRelu',
  Elu: 'elu',
};
/** Of one row at one step, these change the shape alone. */
const shapeOnly = new Set(['Identity', 'Unsqueeze', 'Squeeze', 'Reshape', 'Flatten', 'Transpose', 'Cast', 'Dropout']);
const hint = 'a device runs GRU, LSTM and RNN operators, stacked, and a dense head: see docs/export-c.md';

/** A foreign file: RNN, GRU or LSTM operators one above the other, and one or two dense layers as its head. @throws what `refuse` makes. */
export function networkOfOperators(proto: ModelProto, metadata: ModelMetadata, refuse: Refusal): DeviceNetwork {
  let graph: Graph;
  try {
    graph = readGraph(proto);
  } catch (error) {
    throw refuse(`its graph is not understood: ${(error as Error).message}`, hint);
  }
  const reader = new OperatorReader(graph, refuse);
  const recurrent = graph.nodes.filter(({ opType }) => opType in cells);
  if (recurrent.length === 0) throw refuse('it has no RNN, GRU or LSTM operator', hint);
  const layers = recurrent.map((node) => reader.layer(node));
  recurrent.forEach((node, k) => {
    const source = reader.source(node.inputs[0]);
    const below = k === 0 ? 'x' : recurrent[k - 1].outputs[0];
    const isBelow = source === below || (k > 0 && source === recurrent[k - 1].outputs[1]);
    if (!isBelow) throw refuse(`what its ${node.opType} reads is not what the layer below it gives`, hint);
  });
  const last = recurrent[recurrent.length - 1];
  const outputs = reader.dense('y');
  const before = reader.source(outputs.input);
  const activation = reader.producer(before);
  const dense = activation && activation.opType in activations ? activation : undefined;
  const inner = dense && reader.dense(dense.inputs[0]);
  const read = reader.source(inner ? inner.input : outputs.input);
  if (read !== last.outputs[0] && read !== last.outputs[1])
    throw refuse('its head reads something else than its last layer', hint);
  return {
    columns: layers[0].x.inputs,
    ...{ horizon: metadata.horizon, levels: metadata.levels.length, layers, residual: false },
    activation: reader.activation(recurrent),
    ...(inner && dense && { dense: { activation: activations[dense.opType], rows: inner.rows } }),
    ...{ head: outputs.rows, gated: [], gates: rowsOf([], last ? layers[layers.length - 1].hidden : 0, 0) },
  };
}

class OperatorReader {
  readonly #graph: Graph;
  readonly #refuse: Refusal;
  readonly #producers: ReadonlyMap<string, GraphNode>;

  constructor(graph: Graph, refuse: Refusal) {
    this.#graph = graph;
    this.#refuse = refuse;
    this.#producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  }

  producer(value: string): GraphNode | undefined {
    return this.#producers.get(value);
  }

  /** Where a value comes from, past what changes its shape alone. */
  source(value: string): string {
    const node = this.#producers.get(value);
    if (!node) return value;
    if (shapeOnly.has(node.opType)) return this.source(node.inputs[0]);
    if (node.opType !== 'Gather' && node.opType !== 'Slice') return value;
    const from = this.#producers.get(node.inputs[0]);
    const at = this.#integers(node.inputs[1])?.[0];
    if (from?.opType !== 'Concat' || at === undefined) return this.source(node.inputs[0]);
    const chosen = from.inputs[at < 0 ? from.inputs.length + at : at];
    return chosen === undefined ? value : this.source(chosen);
  }

  layer(node: GraphNode): DeviceLayer {
    const { opType, inputs, attributes } = node;
    const named = opType === 'GRU' && !attributes.linear_before_reset ? 'gru-reset-before' : cells[opType];
    if ((attributes.direction ?? 'forward') !== 'forward') throw this.#refuse(`its ${opType} is not forward`, hint);
    for (const name of ['clip', 'input_forget', 'layout'])
      if (attributes[name]) throw this.#refuse(`its ${opType} has ${name}`, hint);
    if ((inputs[7] ?? '') !== '') throw this.#refuse('its LSTM has peepholes', hint);
    const [W, R] = [inputs[1], inputs[2]].map((name) => this.#weights(name));
    const [, width, columns] = W.dims;
    const H = width / gateCount[named];
    const both = (inputs[3] ?? '') === '' ? new Float32Array(2 * width) : this.#weights(inputs[3]).data;
    const bias = both.slice(0, width);
    const isApart = named === 'gru' ? 2 * H : width; // from here on recurrent biases stay by themselves
    for (let n = 0; n < isApart; n++) bias[n] += both[width + n];
    return {
      ...{ cell: named, hidden: H },
      x: rowsOf(W.data, columns, width, bias, true),
      h: rowsOf(R.data, H, width, undefined, true),
      c: named === 'gru' ? both.slice(width + 2 * H) : new Float32Array(),
    };
  }

  /** The activation that all cells write with. */
  activation(nodes: readonly GraphNode[]): DeviceActivation {
    const names = nodes.map(({ opType, attributes }) => {
      const given = (attributes.activations ?? usual[opType]) as readonly string[];
      const wanted = usual[opType].map((name) => (name === 'Tanh' ? given[given.length - 1] : name));
      if (given.join() !== wanted.join()) throw this.#refuse(`its ${opType} has activations ${given.join(', ')}`, hint);
      return given[given.length - 1];
    });
    const [name] = names;
    if (names.some((each) => each !== name) || !(name in activations) || /Elu|LeakyRelu/.test(name))
      throw this.#refuse(`its cells have activations ${[...new Set(names)].join(', ')}`, hint);
    return activations[name];
  }

  /** The dense layer behind a value: Gemm, MatMul, or MatMul and Add. */
  dense(value: string): { rows: Rows; input: string } {
    const node = this.#producers.get(this.source(value));
    if (node?.opType === 'Gemm') {
      const { alpha = 1, beta = 1, transA = 0, transB = 0 } = node.attributes;
      if (alpha !== 1 || beta !== 1 || transA) throw this.#refuse('its head is a Gemm with factors of its own', hint);
      return this.#matrix(node.inputs[0], node.inputs[1], node.inputs[2], Boolean(transB));
    }
    if (node?.opType === 'MatMul') return this.#matrix(node.inputs[0], node.inputs[1], undefined, false);
    if (node?.opType === 'Add') {
      const product = node.inputs.find((input) => this.#producers.get(this.source(input))?.opType === 'MatMul');
      const bias = node.inputs.find((input) => this.#graph.weights.has(input));
      const inner = product === undefined ? undefined : this.#producers.get(this.source(product));
      if (inner && bias !== undefined) return this.#matrix(inner.inputs[0], inner.inputs[1], bias, false);
    }
    throw this.#refuse(`its head is no dense layer but ends in ${node?.opType ?? value}`, hint);
  }

  #matrix(input: string, weight: string, bias: string | undefined, isTransposed: boolean) {
    const { data, dims } = this.#weights(weight);
    const [count, inputs] = isTransposed ? dims : [dims[1], dims[0]];
    const offsets = bias === undefined || bias === '' ? undefined : this.#weights(bias).data;
    return { rows: rowsOf(data, inputs, count, offsets, isTransposed), input };
  }

  #weights(name: string): { data: Float32Array; dims: readonly number[] } {
    const weight = this.#graph.weights.get(name);
    if (weight) return weight;
    const node = this.#producers.get(name);
    if (node && shapeOnly.has(node.opType) && node.opType !== 'Transpose') {
      const inner = this.#weights(node.inputs[0]);
      return { data: inner.data, dims: (this.#graph.shapes.get(name) ?? inner.dims).map(Number) };
    }
    throw this.#refuse(`its weight ${name} is computed, not stored`, hint);
  }

  #integers(name: string): readonly number[] | undefined {
    return this.#graph.constants.get(name)?.data;
  }
}
