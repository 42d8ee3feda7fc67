import { GraphBuilder } from '../graphBuilder.js';
import type { GraphNode } from '../graphNode.js';
import { liveNodes } from '../passes/liveNodes.js';
import { withRows } from './batchAxis.js';
import type { StepBody } from './stepBody.js';
import type { Unrolling } from './unrolling.js';

/**
 * What of a step nothing recurrent hangs on, built for the last step only: a head whose answer is used once. It is a graph of its
 * own, whose inputs are weights and what the unrolled part knows, and is copied into that graph when it is complete.
 */
export class LastStep {
  readonly g = new GraphBuilder('last');
  /** Its input for each value of the body that the unrolled part knows. */
  readonly frontier = new Map<string, string>();
  readonly weights = new Set<string>();
  readonly #body: StepBody;
  readonly #unrolling: Unrolling;
  readonly #batch: number;
  readonly #steps: number;
  readonly #values = new Map<string, string>([['', '']]);
  readonly #producers: ReadonlyMap<string, GraphNode>;
  readonly #weightNames: ReadonlySet<string>;

  constructor(body: StepBody, unrolling: Unrolling, steps: number, batch: number) {
    this.#body = body;
    this.#unrolling = unrolling;
    this.#steps = steps;
    this.#batch = batch;
    this.#producers = new Map(body.g.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
    this.#weightNames = new Set(body.weights.map(({ name }) => name));
  }

  /** A value of the body, at the last step. */
  value(name: string): string {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    this.#build(name);
    return this.#values.get(name)!;
  }

  #build(name: string): void {
    const { g } = this.#body;
    const shape = withRows(g.shape(name) as number[], this.#batch);
    const constant = g.constants.get(name);
    if (constant) {
      const data = constant.type === 'int64' ? withRows(constant.data, this.#batch) : constant.data;
      this.#values.set(name, this.g.literal({ ...constant, data }));
    } else if (this.#weightNames.has(name)) {
      this.weights.add(name);
      this.#values.set(name, this.g.input(name, shape));
    } else if (this.#unrolling.knows(name)) {
      const input = this.g.input(`last ${name}`, shape);
      this.frontier.set(name, input);
      this.#values.set(name, input);
    } else {
      const { outputs, opType, inputs, attributes } = this.#producers.get(name)!;
      const own = inputs.map((input) => this.value(input));
      const made = this.g.ops(outputs.length, opType, own, attributes);
      for (const [i, output] of outputs.entries()) this.#values.set(output, made[i]);
    }
  }

  /** Copies into `to` what `wanted` hang on. Further inputs of this graph are there under their own names. */
  copyInto(to: GraphBuilder, wanted: readonly string[]): Map<string, string> {
    const { nodes, uses } = liveNodes(this.g.nodes, wanted);
    const copies = new Map<string, string>([['', '']]);
    for (const [value, input] of this.frontier)
      if (uses.has(input)) copies.set(input, this.#unrolling.at(value, this.#steps - 1));
    for (const [name, constant] of this.g.constants) if (uses.has(name)) copies.set(name, to.literal(constant));
    for (const { outputs, opType, inputs, attributes } of nodes) {
      const own = inputs.map((input) => copies.get(input) ?? input);
      const made = to.ops(outputs.length, opType, own, attributes);
      for (const [i, output] of outputs.entries()) copies.set(output, made[i]);
    }
    return new Map(wanted.map((name) => [name, copies.get(name) ?? name]));
  }
}
