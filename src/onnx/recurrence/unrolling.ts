import type { GraphBuilder } from '../graphBuilder.js';
import { type GraphNode, nodeTitle } from '../graphNode.js';
import { batchAxis, batchMark, withRows } from './batchAxis.js';
import { components } from './components.js';
import type { Recurrence } from './recurrence.js';
import { isWorthNodes, largestStep, outgrowsCache, stepwiseNodes } from './stepwiseNodes.js';
import { summedRows } from './summedRows.js';

/** Where a value of the step is found in the unrolled graph: for all steps at once, step by step, or both. */
interface Track {
  rows?: string; // step-major along the batch axis; without one, the same at every step
  steps?: string[];
}

/**
 * Loop distribution by strongly connected components (Allen & Kennedy 1987). `body` is one step at a batch of `batchMark`. Its
 * nodes and what they hand from step to step are a dependence graph; a component of it with a cycle is a loop and is built `steps`
 * times on `batch` rows, and every other node is built once for all steps, on steps·batch rows; but where those are more than a cache
 * holds, what only loops read is built with them, step by step, and what is summed over all rows of what they make is summed so too.
 *
 * Only what is asked for is built. What hangs on weights and constants alone is built once.
 */
export class Unrolling {
  readonly #g: GraphBuilder;
  readonly #body: GraphBuilder;
  readonly #steps: number;
  readonly #batch: number;
  readonly #tracks = new Map<string, Track>();
  readonly #still = new Map<string, string>();
  readonly #recurrences = new Map<string, Recurrence>();
  readonly #provided = new Map<string, { node: GraphNode; build: () => string }>();
  readonly #moving = new Set<string>();
  #instead: ReadonlyMap<string, string> = new Map();
  readonly #producers = new Map<string, GraphNode>();
  #analysed = 0;

  constructor(g: GraphBuilder, body: GraphBuilder, steps: number, batch: number) {
    this.#g = g;
    this.#body = body;
    this.#steps = steps;
    this.#batch = batch;
  }

  /** `value` of the body is `name` at every step: a weight. */
  bindStill(value: string, name: string): void {
    this.#still.set(`${value}@${this.#batch}`, name);
    this.#still.set(`${value}@${this.#steps * this.#batch}`, name);
  }

  /** `value` of the body, for all steps, is `name`. */
  bindRows(value: string, name: string): void {
    this.#moving.add(value);
    this.#tracks.set(value, { rows: name });
  }

  /** `value` of the body, for all steps, is what `build` makes of the values `reads`, without going through the nodes of the body. */
  provide(value: string, reads: readonly string[], build: () => string): void {
    const node: GraphNode = { opType: 'provided', inputs: reads, outputs: [value], attributes: {} };
    this.#provided.set(value, { node, build });
  }

  carry(recurrence: Recurrence): void {
    this.#moving.add(recurrence.input);
    this.#recurrences.set(recurrence.input, recurrence);
  }

  /** From now on values of the body are made as others of the body are, which are equal to them. */
  makeAs(instead: ReadonlyMap<string, string>): void {
    this.#instead = instead;
  }

  /** Builds what the values of the body hang on, and them. */
  build(wanted: readonly string[]): void {
    this.#analyse();
    const live = this.#live(wanted);
    const parts = components(live, (node) => this.#before(node)).map((nodes) => ({
      nodes,
      loops: nodes.length > 1 || [...this.#before(nodes[0])].includes(nodes[0]),
    }));
    const looping = new Set(parts.flatMap(({ nodes, loops }) => (loops ? nodes : [])));
    const large = outgrowsCache(this.#steps, largestStep(live, this.#body, this.#batch));
    const inOrder = parts.flatMap(({ nodes }) => nodes);
    const summing = new Set(large ? this.#summing(inOrder, looping) : []);
    const stepwise = large ? this.#stepwise(live, new Set([...looping, ...summing]), wanted) : new Set();
    for (const { nodes, loops } of parts) {
      if (loops) this.#buildLoop(nodes);
      else if (summing.has(nodes[0])) this.#buildSum(nodes[0]);
      else if (stepwise.has(nodes[0])) this.#buildSteps(nodes[0]);
      else this.#buildRows(nodes[0]);
    }
  }

  /** Whether a value that differs from step to step was built, given or carried. */
  knows(value: string): boolean {
    return this.#tracks.has(this.#made(value)) || this.#recurrences.has(value);
  }

  /** The value for all steps, step-major along its batch axis. */
  rows(named: string): string {
    const value = this.#made(named);
    if (!this.#moving.has(value)) return this.#stillAt(value, this.#steps * this.#batch);
    const track = this.#track(value);
    track.rows ??= this.#joined(value, track);
    return track.rows;
  }

  /** The value at one step. */
  at(named: string, step: number): string {
    const value = this.#made(named);
    if (!this.#moving.has(value)) return this.#stillAt(value, this.#batch);
    const recurrence = this.#recurrences.get(value);
    if (recurrence) {
      const { next, direction, initial } = recurrence;
      const from = step - direction;
      return from < 0 || from >= this.#steps ? initial() : this.at(next, from);
    }
    const track = this.#track(value);
    track.steps ??= this.#cut(value, track.rows!);
    return track.steps[step];
  }

  #made(value: string): string {
    return this.#instead.get(value) ?? value;
  }

  #track(value: string): Track {
    let track = this.#tracks.get(value);
    if (!track) {
      if (!this.#recurrences.has(value)) throw new RangeError(`Unrolling: ${value} was not built`);
      this.#tracks.set(value, (track = {}));
    }
    return track;
  }

  #joined(value: string, { steps }: Track): string {
    const axis = this.#axis(value);
    const recurrence = this.#recurrences.get(value);
    if (!recurrence) return this.#concat(steps!, axis);
    const { next, direction, initial } = recurrence;
    const last = this.#steps - 1;
    const track = this.#tracks.get(this.#made(next));
    if (this.#steps === 1) return initial();
    if (track?.rows === undefined || track.steps) {
      return this.#concat(
        Array.from({ length: this.#steps }, (_, t) => this.at(value, t)),
        axis,
      );
    }
    const unit = this.#unit(value);
    const [from, to] = direction === 1 ? [0, last * unit] : [unit, this.#steps * unit];
    const kept = this.#g.op('Slice', [track.rows, this.#g.ints([from]), this.#g.ints([to]), this.#g.ints([axis])]);
    return this.#concat(direction === 1 ? [initial(), kept] : [kept, initial()], axis);
  }

  #concat(parts: readonly string[], axis: number): string {
    return parts.length === 1 ? parts[0] : this.#g.op('Concat', parts, { axis });
  }

  #cut(value: string, rows: string): string[] {
    const axis = batchAxis(this.#body.shape(value));
    if (this.#steps === 1 || axis === undefined) return new Array<string>(this.#steps).fill(rows);
    const sizes = this.#g.ints(new Array<number>(this.#steps).fill(this.#unit(value)));
    return [...this.#g.ops(this.#steps, 'Split', [rows, sizes], { axis })];
  }

  #axis(value: string): number {
    const axis = batchAxis(this.#body.shape(value));
    if (axis === undefined) throw new RangeError(`Unrolling: ${value} has no batch axis`);
    return axis;
  }

  /** Length along the batch axis of one step. */
  #unit(value: string): number {
    return (Number(this.#body.shape(value)[this.#axis(value)]) / batchMark) * this.#batch;
  }

  #analyse(): void {
    for (const node of this.#body.nodes.slice(this.#analysed)) {
      for (const output of node.outputs) this.#producers.set(output, node);
      if (node.inputs.some((input) => this.#moving.has(input)))
        for (const output of node.outputs) this.#moving.add(output);
    }
    this.#analysed = this.#body.nodes.length;
  }

  /** The nodes still to be built, in the order of the body. */
  #live(wanted: readonly string[]): GraphNode[] {
    const live = new Set<GraphNode>();
    const open = wanted.flatMap((value) => [...this.#sources(value)]);
    for (let node = open.pop(); node; node = open.pop()) {
      if (live.has(node)) continue;
      live.add(node);
      open.push(...this.#before(node));
    }
    const provided = [...this.#provided.values()].map(({ node }) => node);
    return [...provided, ...this.#body.nodes].filter((node) => live.has(node));
  }

  *#before(node: GraphNode): Iterable<GraphNode> {
    for (const input of node.inputs) yield* this.#sources(input);
  }

  /** The node that makes a value, at this step or at the one before, unless it is known already. */
  *#sources(value: string): Iterable<GraphNode> {
    let source = this.#made(value);
    for (let hops = 0; hops <= this.#recurrences.size; hops++) {
      if (!this.#moving.has(source)) return;
      const recurrence = this.#recurrences.get(source);
      if (!recurrence) {
        if (!this.#tracks.has(source)) yield this.#provided.get(source)?.node ?? this.#producers.get(source)!;
        return;
      }
      source = this.#made(recurrence.next);
    }
  }

  /** Of the nodes behind loops those that sum over all rows. */
  #summing(inOrder: readonly GraphNode[], looping: ReadonlySet<GraphNode>): GraphNode[] {
    const behind = new Set(looping);
    for (const node of inOrder) if ([...this.#before(node)].some((source) => behind.has(source))) behind.add(node);
    return [...behind].filter((node) => !looping.has(node) && summedRows(node, this.#body) !== undefined);
  }

  /** Of the nodes outside of loops those that are built step by step too: only `readers` read them, or one another. */
  #stepwise(live: readonly GraphNode[], readers: ReadonlySet<GraphNode>, wanted: readonly string[]): Set<GraphNode> {
    const kept = new Set(wanted.flatMap((value) => [...this.#sources(value)]));
    const may = (node: GraphNode): boolean =>
      !kept.has(node) &&
      !this.#provided.has(node.outputs[0]) &&
      isWorthNodes(largestStep([node], this.#body, this.#batch)) &&
      node.inputs.some((input) => this.#moving.has(input)) &&
      node.outputs.every((output) => batchAxis(this.#body.shape(output)) !== undefined);
    return stepwiseNodes(live, (node) => this.#before(node), readers, may);
  }

  #buildSteps(node: GraphNode): void {
    const made = Array.from({ length: this.#steps }, (_, t) => {
      const inputs = node.inputs.map((input) => (input === '' ? '' : this.at(input, t)));
      return this.#g.ops(node.outputs.length, node.opType, inputs, node.attributes);
    });
    for (const [i, output] of node.outputs.entries())
      this.#tracks.set(output, { steps: made.map((outputs) => outputs[i]) });
  }

  /** The last step first, as loops backwards make what is summed: each part while it is in the cache. */
  #buildSum(node: GraphNode): void {
    const { left, right } = summedRows(node, this.#body)!;
    let sum: readonly string[] = [];
    for (let t = this.#steps - 1; t >= 0; t--) {
      const factor = left === undefined ? this.#ones(this.#unit(right)) : this.at(left, t);
      sum = [this.#g.op('Gemm', [factor, this.at(right, t), ...sum], { transA: 1 })];
    }
    this.#tracks.set(node.outputs[0], { rows: sum[0] });
  }

  #ones(rows: number): string {
    return this.#g.op('Expand', [this.#g.scalar(1), this.#g.ints([rows, 1])]);
  }

  #buildRows(node: GraphNode): void {
    const provided = this.#provided.get(node.outputs[0]);
    if (provided?.node === node) {
      this.#tracks.set(node.outputs[0], { rows: provided.build() });
      return;
    }
    const inputs = node.inputs.map((input) => (input === '' ? '' : this.rows(input)));
    const outputs = this.#g.ops(node.outputs.length, node.opType, inputs, node.attributes);
    for (const [i, output] of node.outputs.entries()) this.#tracks.set(output, { rows: outputs[i] });
  }

  #buildLoop(nodes: readonly GraphNode[]): void {
    const made = new Set(nodes.flatMap(({ outputs }) => outputs));
    const inside = [...this.#recurrences.values()].filter(({ next }) => made.has(this.#made(next)));
    const { direction } = inside[0];
    for (const node of nodes) {
      for (const output of node.outputs) {
        if (batchAxis(this.#body.shape(output)) === undefined)
          throw new TypeError(`${nodeTitle(node)}: it sums over the batch, and the next state hangs on that`);
        this.#tracks.set(output, { steps: [] });
      }
    }
    for (let i = 0; i < this.#steps; i++) {
      const t = direction === 1 ? i : this.#steps - 1 - i;
      for (const node of nodes) {
        const inputs = node.inputs.map((input) => (input === '' ? '' : this.at(input, t)));
        const outputs = this.#g.ops(node.outputs.length, node.opType, inputs, node.attributes);
        for (const [k, output] of node.outputs.entries()) this.#tracks.get(output)!.steps![t] = outputs[k];
      }
    }
  }

  /** What hangs on weights and constants alone, where the batch is `rows`. */
  #stillAt(value: string, rows: number): string {
    const key = `${value}@${rows}`;
    const known = this.#still.get(key);
    if (known !== undefined) return known;
    const constant = this.#body.constants.get(value);
    if (constant) {
      const data = constant.type === 'int64' ? withRows(constant.data, rows) : constant.data;
      this.#still.set(key, this.#g.literal({ ...constant, data }));
    } else {
      const node = this.#producers.get(value);
      if (!node) throw new RangeError(`Unrolling: nothing was said about ${value}`);
      const inputs = node.inputs.map((input) => (input === '' ? '' : this.#stillAt(input, rows)));
      const outputs = this.#g.ops(node.outputs.length, node.opType, inputs, node.attributes);
      for (const [i, output] of node.outputs.entries()) this.#still.set(`${output}@${rows}`, outputs[i]);
    }
    return this.#still.get(key)!;
  }
}
