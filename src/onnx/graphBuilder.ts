import { attributeOf } from './attribute.js';
import type { Attributes, GraphNode } from './graphNode.js';
import { inferShapes } from './inferShapes.js';
import { ElementType, type ModelProto, type NodeProto, type TensorProto, type ValueInfoProto } from './modelProto.js';
import type { Shape } from './shape.js';
import { floatTensor, intTensor } from './tensor.js';

/** IR version 8 is the one of opset 17. */
const irVersion = 8;
export const opset = 17;

/**
 * An ONNX graph under construction. Values are named by strings; every shape is known as it is built. An operation asked for
 * twice with the same inputs and attributes is built once, so that recipes and gradient rules need not share by hand.
 */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  readonly #name: string;
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #shapes = new Map<string, Shape>();
  readonly #ints = new Map<string, readonly number[]>();
  readonly #known = new Map<string, readonly string[]>();

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
    this.#add('Identity', [value], [name], {});
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
    return this.#once(`float:${shape}:${data}`, () => {
      const name = `k${this.#initializers.length}`;
      this.#initializers.push(floatTensor(name, shape, data));
      return [this.#declare(name, shape)];
    })[0];
  }

  scalar(value: number): string {
    return this.constant([value], []);
  }

  /** An int64 vector: axes, sizes, a shape. */
  ints(data: readonly number[]): string {
    return this.#once(`int:${data}`, () => {
      const name = `k${this.#initializers.length}`;
      this.#initializers.push(intTensor(name, [data.length], data));
      this.#ints.set(name, data);
      return [this.#declare(name, [data.length])];
    })[0];
  }

  op(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.ops(1, opType, inputs, attributes)[0];
  }

  /** An operation of `count` outputs. */
  ops(count: number, opType: string, inputs: readonly string[], attributes: Attributes = {}): readonly string[] {
    return this.#once(`${opType}(${inputs})${JSON.stringify(attributes)}${count}`, () => {
      const outputs = Array.from({ length: count }, (_, i) => `v${this.nodes.length}${count > 1 ? `.${i}` : ''}`);
      this.#add(opType, inputs, outputs, attributes);
      const shapes = inferShapes(
        this.nodes.at(-1)!,
        (name) => this.shape(name),
        (name) => this.intsOf(name),
      );
      for (const [i, shape] of shapes.entries()) this.#declare(outputs[i], shape);
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
    const data = this.#ints.get(name);
    if (!data) throw new TypeError(`graph ${this.#name}: ${name} is no integer constant`);
    return data;
  }

  /** The finished file. `metadata` becomes metadata_props in the order given. */
  model(metadata: Readonly<Record<string, string>> = {}): ModelProto {
    return {
      irVersion,
      producerName: 'stepcast',
      opsetImport: [{ domain: '', version: opset }],
      graph: {
        name: this.#name,
        node: this.nodes.map(nodeProto),
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs,
      },
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    };
  }

  #add(opType: string, inputs: readonly string[], outputs: readonly string[], attributes: Attributes): void {
    for (const name of inputs) this.shape(name);
    this.nodes.push({ opType, inputs, outputs, attributes });
  }

  #declare(name: string, shape: Shape): string {
    if (this.#shapes.has(name)) throw new RangeError(`graph ${this.#name}: two values are called ${name}`);
    this.#shapes.set(name, shape);
    return name;
  }

  #once(key: string, build: () => readonly string[]): readonly string[] {
    const known = this.#known.get(key);
    if (known) return known;
    const built = build();
    this.#known.set(key, built);
    return built;
  }
}

const nodeProto = (node: GraphNode, index: number): NodeProto => ({
  opType: node.opType,
  name: `n${index}`,
  input: [...node.inputs],
  output: [...node.outputs],
  attribute: Object.entries(node.attributes).map(([name, value]) => attributeOf(name, value)),
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
