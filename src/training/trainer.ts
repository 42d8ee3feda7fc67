import type { Loss } from '../nn/losses/loss.js';
import type { Optimiser } from '../nn/optimisers/optimiser.js';
import { type TrainingGraph, trainingGraph } from '../nn/trainingGraph.js';
import { encodeForRun } from '../onnx/encodeForRun.js';
import type { ModelProto } from '../onnx/modelProto.js';
import type { Random, RandomState } from '../series/random.js';
import type { Batch, BatchSource } from './batch.js';
import type { FloatArray, GraphRunner, OpenGraph } from './graphRunner.js';
import { perStepInputs } from './perStepInputs.js';
import { RecurrentStates } from './recurrentStates.js';
import { stateLayouts } from './stateLayouts.js';

export interface TrainerOptions {
  readonly step: ModelProto; // the training variant of a step model; its initializers are the first weights
  readonly source: BatchSource;
  readonly loss: Loss;
  readonly lossOn: 'every' | 'last';
  readonly optimiser: Optimiser;
  readonly clipNorm?: number;
  readonly clipValue?: number;
  readonly rate: (step: number) => number; // of step 1, 2, …, before any halving
  readonly dropout?: number;
  readonly teacherForcing?: (step: number) => number; // probability that the decoder is told the truth
  readonly random: Random; // masks and coins
  readonly memory?: OptimiserMemory; // of an earlier training of this model
  readonly openGraph: OpenGraph;
}

/** What an optimiser remembers of a model's parameters: `SLOT.NAME` each, and after how many updates. */
export interface OptimiserMemory {
  readonly updates: number;
  readonly arrays: ReadonlyMap<string, Float32Array>;
}

export interface StepReport {
  readonly step: number;
  readonly loss: number;
  readonly norm: number; // of the gradient, before the clip
  readonly clipped: number; // whether the norm was clipped, or the share of elements that were
  readonly rate: number;
  readonly skipped: boolean; // not finite: the weights are those from before, and the rate is halved
}

interface Progress {
  readonly step: number; // steps taken, skipped ones included
  readonly updates: number;
  readonly halvings: number;
  readonly skippedInARow: number;
  readonly batch: number; // rows of the recurrent states
}

export interface TrainerState extends Progress {
  readonly dims: Readonly<Record<string, readonly number[]>>; // of weights and optimiser memory
  readonly weights: readonly string[];
  readonly random: RandomState;
  readonly source: unknown;
}

interface OpenedGraph {
  readonly graph: TrainingGraph;
  readonly runner: GraphRunner;
}

const graphsKept = 32; // of different shapes; a session holds some megabytes

/** Weights, optimiser memory and recurrent states, and the one thing that changes them: a training step. */
export class Trainer {
  readonly #options: TrainerOptions;
  readonly #opened = new Map<string, OpenedGraph>(); // by shape, the one used last at the end
  readonly #states: RecurrentStates;
  readonly #values = new Map<string, FloatArray>(); // weights and optimiser memory
  #weights: readonly string[] = [];
  #progress: Progress = { step: 0, updates: 0, halvings: 0, skippedInARow: 0, batch: 0 };

  constructor(options: TrainerOptions) {
    this.#options = options;
    this.#states = new RecurrentStates(stateLayouts(options.step));
  }

  get steps(): number {
    return this.#progress.step;
  }

  get skippedInARow(): number {
    return this.#progress.skippedInARow;
  }

  /** The weights as they stand after a step or `load`. A step makes new ones: these are the caller's to keep. */
  get weights(): Record<string, Float32Array> {
    return Object.fromEntries(this.#weights.map((name) => [name, this.#values.get(name)!.data]));
  }

  /** What the optimiser remembers, after a step or `load`: copied by none of them. */
  get memory(): OptimiserMemory {
    const weights = new Set(this.#weights);
    const slots = [...this.#values]
      .filter(([name]) => !weights.has(name))
      .map(([name, { data }]) => [name, data] as const);
    return { updates: this.#progress.updates, arrays: new Map(slots) };
  }

  /** Forward, backward, clip and update on the next batch. Batches in which nothing is to be learned are heard on the way. */
  async step(): Promise<StepReport> {
    const { source, random, lossOn, rate, dropout = 0, teacherForcing = () => 0 } = this.#options;
    const step = this.#progress.step + 1;
    const ownRate = rate(step) * 0.5 ** this.#progress.halvings;
    const masks = { dropout, teacherForcing: teacherForcing(step) };
    for (;;) {
      const batch = source.next();
      const { graph, runner } = await this.#opening(batch);
      if (batch.restarted === 'all') this.#states.clear(batch.batch);
      else this.#states.clearRows(batch.restarted);
      const { target, weight } = lossRows(batch, lossOn);
      const results = await runner.run({
        ...perStepInputs(graph.perStep, batch, masks, random),
        ...this.#states.feeds,
        ...Object.fromEntries(this.#values),
        ...{ target, weight, rate: scalar(ownRate), t: scalar(this.#progress.updates + 1) },
      });
      const [loss, norm, clipped] = ['loss', 'norm', 'clipped'].map((name) => results[name]?.data[0] ?? 0);
      const report = { step, loss, norm, clipped, rate: ownRate };
      if (!Number.isFinite(loss) || !Number.isFinite(norm)) return this.#skip(batch, report);
      this.#states.take(results);
      if (!weight.data.some((value) => value > 0)) continue;
      for (const name of this.#values.keys()) this.#values.set(name, results[`${name}_next`]);
      const { updates, halvings } = this.#progress;
      this.#progress = { step, updates: updates + 1, halvings, skippedInARow: 0, batch: batch.batch };
      return { ...report, skipped: false };
    }
  }

  /** Everything the next step depends on. */
  save(): { state: TrainerState; arrays: Map<string, Float32Array> } {
    const { random, source } = this.#options;
    const arrays = new Map<string, Float32Array>();
    for (const [name, { data }] of this.#values) arrays.set(`value.${name}`, data);
    for (const [name, data] of this.#states.save()) arrays.set(`state.${name}`, data);
    const dims = Object.fromEntries([...this.#values].map(([name, value]) => [name, value.dims]));
    const state = { ...this.#progress, dims, weights: this.#weights, random: random.state, source: source.save() };
    return { state, arrays };
  }

  load(state: TrainerState, arrays: ReadonlyMap<string, Float32Array>): void {
    const { dims, weights, random, source, ...progress } = state;
    this.#options.random.state = random;
    this.#options.source.load(source);
    this.#progress = progress;
    this.#weights = weights;
    for (const name of Object.keys(dims))
      this.#values.set(name, { data: arrays.get(`value.${name}`)!, dims: dims[name] });
    this.#states.load(progress.batch, (name) => arrays.get(`state.${name}`)!);
  }

  async release(): Promise<void> {
    for (const { runner } of this.#opened.values()) await runner.release();
    this.#opened.clear();
  }

  async #opening({ steps, batch }: Batch): Promise<OpenedGraph> {
    const shape = `${steps} ${batch}`;
    const opened = this.#opened.get(shape) ?? (await this.#open(steps, batch));
    this.#opened.delete(shape);
    this.#opened.set(shape, opened);
    const [oldest] = this.#opened.keys();
    if (this.#opened.size > graphsKept) {
      await this.#opened.get(oldest)!.runner.release();
      this.#opened.delete(oldest);
    }
    return opened;
  }

  async #open(steps: number, batch: number): Promise<OpenedGraph> {
    const { step, loss, lossOn, optimiser, clipNorm, clipValue, memory, openGraph } = this.#options;
    const graph = trainingGraph({ step, steps, batch, loss, lossOn, optimiser, clipNorm, clipValue });
    if (this.#values.size === 0) {
      for (const { name, dims, data } of graph.weights) this.#values.set(name, { data, dims });
      for (const { name, dims } of graph.slots) {
        const before = memory?.arrays.get(name);
        const data = before?.length === sizeOf(dims) ? before : new Float32Array(sizeOf(dims));
        this.#values.set(name, { data, dims });
      }
      if (memory) this.#progress = { ...this.#progress, updates: memory.updates };
      this.#weights = graph.weights.map(({ name }) => name);
    }
    return { graph, runner: await openGraph(encodeForRun(graph.model)) };
  }

  #skip({ batch }: Batch, report: Omit<StepReport, 'skipped'>): StepReport {
    this.#states.clear(batch);
    const { updates, halvings, skippedInARow } = this.#progress;
    const { step } = report;
    this.#progress = { step, updates, halvings: halvings + 1, skippedInARow: skippedInARow + 1, batch };
    return { ...report, skipped: true };
  }
}

/** Targets and weights of the rows that have a loss: all of them, or those of the last step. */
function lossRows(batch: Batch, lossOn: 'every' | 'last'): { target: FloatArray; weight: FloatArray } {
  const rows = lossOn === 'every' ? batch.steps * batch.batch : batch.batch;
  const horizon = batch.target.length / (batch.steps * batch.batch);
  const last = (data: Float32Array): FloatArray => ({
    data: data.subarray(data.length - rows * horizon),
    dims: [rows, horizon],
  });
  return { target: last(batch.target), weight: last(batch.weight) };
}

const sizeOf = (dims: readonly number[]): number => dims.reduce((size, dim) => size * dim, 1);
const scalar = (value: number): FloatArray => ({ data: new Float32Array([value]), dims: [] });
