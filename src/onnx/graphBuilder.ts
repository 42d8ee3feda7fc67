import { attributeOf } from './attribute.js';
import type { Constant } from './constant.js';
import { foldInts, isKnown, type KnownInts } from './foldInts.js';
import type { Attributes, GraphNode } from './graphNode.js';
import { inferShapes } from './inferShapes.js';
import {
  AttributeType,
  ElementType,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './modelProto.js';
import { irVersion, opset } from './opset.js';
import { liveNodes } from './passes/liveNodes.js';
import type { Dim, Shape } from './shape.js';
import { boolTensor, floatTensor, intTensor } from './tensor.js';

/**
 * An ONNX graph under construction. Values are named by strings (those it names itself begin with a dot); every shape is known as it is built. An operation asked for
 * twice with the same inputs and attributes is built once, so that recipes and gradient rules need not share by hand.
 */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  readonly #name: string;
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #shapes = new Map<string, Shape>();
  readonly #constants = new Map<string, Constant>();
  readonly #openInts = new Map<string, KnownInts>();
  readonly #built = new Map<string, readonly string[]>();

  constructor(name: string) {
    this.#name = name;
  }

  /** Declares a float32 input. */
  input(name: string, shape: Shape): string {
    this.#inputs.push(valueInfo(name, shape));
    return this.#declare(name, shape);
  }

  /** Makes `value` an output called `name`. */
  output(name: string, value: string): void {
    const shape = this.shape(value);
    this.#add({ opType: 'Identity', inputs: [value], outputs: [name], attributes: {} });
    this.#declare(name, shape);
    this.#outputs.push(valueInfo(name, shape));
  }

  /** A weight that the file carries under a name of its own. */
  weight(name: string, shape: readonly number[], data: ArrayLike<number>): string {
    this.#initializers.push(floatTensor(name, shape, data));
    return this.#declare(name, shape);
  }

  /** A float32 constant; the same one twice is stored once. */
  constant(data: readonly number[], shape: readonly number[]): string {
    return this.literal({ type: 'float32', dims: shape, data });
  }

  scalar(value: number): string {
    return this.constant([value], []);
  }

  /** An int64 vector: axes, sizes, a shape. */
  ints(data: readonly number[]): string {
    return this.literal({ type: 'int64', dims: [data.length], data });
  }

  /** A constant of any type: a Constant node of the file, where a weight is an initializer. */
  literal(constant: Constant): string {
    const { type, dims, data } = constant;
    return this.#once(`${type}:${dims}:${data.map((value) => (Object.is(value, -0) ? '-0' : value))}`, () => {
      const name = `.k${this.#constants.size}`;
      const size = dims.reduce((product, dim) => product * dim, 1);
      if (size !== data.length) throw new RangeError(`literal: ${data.length} values do not fill [${dims}]`);
      this.#constants.set(name, constant);
      return [this.#declare(name, dims)];
    })[0];
  }

  op(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.ops(1, opType, inputs, attributes)[0];
  }

  /** An operation of `count` outputs. Arithmetic on shapes that are known becomes a constant. `name` is for messages. */
  ops(
    count: number,
    opType: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    name?: string,
  ): readonly string[] {
    return this.#once(`${opType}(${inputs})${JSON.stringify(attributes)}${count}`, () => {
      const outputs = Array.from({ length: count }, (_, i) => `.${this.nodes.length}${count > 1 ? `.${i}` : ''}`);
      const node: GraphNode = { opType, inputs, outputs, attributes, ...(name ? { name } : {}) };
      const shapeOf = (value: string): Shape => this.shape(value);
      const known = foldInts(node, shapeOf, (value) => this.#known(value));
      if (known && isNumeric(known)) return [this.literal(known)];
      this.#add(node);
      const shapes = inferShapes(node, shapeOf, (value) => this.#dimsOf(value));
      for (const [i, shape] of shapes.entries()) this.#declare(outputs[i], shape);
      if (known) this.#openInts.set(outputs[0], known);
      return outputs;
    });
  }

  /** @throws {RangeError} for a value that was never built. */
  shape(name: string): Shape {
    const shape = this.#shapes.get(name);
    if (!shape) throw new RangeError(`graph ${this.#name}: no value ${name}`);
    return shape;
  }

  /** The numbers behind an int64 constant. @throws {TypeError} for anything else. */
  intsOf(name: string): readonly number[] {
    const constant = this.#constants.get(name);
    if (constant?.type !== 'int64') throw new TypeError(`graph ${this.#name}: ${name} is no integer constant`);
    return constant.data;
  }

  /** By name, in the order they were first asked for. */
  get constants(): ReadonlyMap<string, Constant> {
    return this.#constants;
  }

  /** The finished file, of what its outputs hang on. `metadata` becomes metadata_props in the order given. */
  model(metadata: Readonly<Record<string, string>> = {}): ModelProto {
    const { nodes, uses } = liveNodes(
      this.nodes,
      this.#outputs.map(({ name }) => name),
    );
    const constants = [...this.#constants].filter(([name]) => uses.has(name));
    return {
      irVersion,
      producerName: 'stepcast',
      opsetImport: [{ domain: '', version: opset }],
      graph: {
        name: this.#name,
        node: [...constants.map(constantNode), ...nodes.map(nodeProto)],
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs,
      },
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    };
  }

  #add(node: GraphNode): void {
    for (const name of node.inputs) if (name !== '') this.shape(name); // '' is an optional input left out
    this.nodes.push(node);
  }

  #known(name: string): KnownInts | undefined {
    const constant = this.#constants.get(name);
    return constant && isKnown(constant) ? constant : this.#openInts.get(name);
  }

  /** Like intsOf, with the names of axes that are open. */
  #dimsOf(name: string): readonly Dim[] {
    return this.#openInts.get(name)?.data ?? this.intsOf(name);
  }

  #declare(name: string, shape: Shape): string {
    if (this.#shapes.has(name)) throw new RangeError(`graph ${this.#name}: two values are called ${name}`);
    this.#shapes.set(name, shape);
    return name;
  }

  #once(key: string, build: () => readonly string[]): readonly string[] {
    const known = this.#built.get(key);
    if (known) return known;
    const built = build();
    this.#built.set(key, built);
    return built;
  }
}

const isNumeric = (known: KnownInts): known is KnownInts & { data: readonly number[] } =>
  known.data.every((dim) => typeof dim === 'number');

const nodeProto = (node: GraphNode, index: number): NodeProto => ({
  opType: node.opType,
  name: `n${index}`,
  input: [...node.inputs],
  output: [...node.outputs],
  attribute: Object.entries(node.attributes).map(([name, value]) => attributeOf(name, value)),
});

const tensorKinds = { float32: floatTensor, int64: intTensor, bool: boolTensor };

const constantNode = ([name, { type, dims, data }]: [string, Constant]): NodeProto => ({
  opType: 'Constant',
  name,
  input: [],
  output: [name],
  attribute: [{ name: 'value', type: AttributeType.tensor, t: tensorKinds[type](name, dims, data) }],
});

const valueInfo = (name: string, shape: Shape): ValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType: ElementType.float32,
      shape: { dim: shape.map((dim) => (typeof dim === 'string' ? { dimParam: dim } : { dimValue: dim })) },
    },
  },
});
