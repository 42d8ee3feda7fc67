import { evaluationGraph } from '../nn/evaluationGraph.js';
import type { Loss } from '../nn/losses/loss.js';
import type { FedWeight } from '../nn/trainingGraph.js';
import { encodeForRun } from '../onnx/encodeForRun.js';
import type { ModelProto } from '../onnx/modelProto.js';
import type { FloatArray, GraphRunner, OpenGraph } from './graphRunner.js';
import { RecurrentStates } from './recurrentStates.js';
import type { Sequence } from './sequence.js';
import { stateLayouts } from './stateLayouts.js';
import { writeTargets } from './writeTargets.js';

export interface HeldOutOptions {
  readonly step: ModelProto; // as it is deployed
  readonly sequences: readonly Sequence[];
  readonly batch: number; // side by side, at most
  readonly loss: Loss;
  readonly horizonWeights: ArrayLike<number>;
  readonly openGraph: OpenGraph;
}

export type OnAnswers = (y: FloatArray, target: Float32Array, weight: Float32Array) => void;

/**
 * The loss of a step model, as it is deployed, over whole sequences: stepped as the daemon steps it, each from a state of zero.
 * One graph serves all weights.
 */
export class HeldOut {
  readonly #options: HeldOutOptions;
  readonly #groups: readonly (readonly Sequence[])[]; // of about the same length
  readonly #batch: number;
  #opened: { runner: GraphRunner; weights: readonly FedWeight[] } | undefined;

  constructor(options: HeldOutOptions) {
    this.#options = options;
    const { sequences, batch } = options;
    const order = [...sequences].sort((a, b) => a.length - b.length);
    this.#batch = Math.min(batch, order.length);
    const count = Math.ceil(order.length / this.#batch);
    this.#groups = Array.from({ length: count }, (_, i) => order.slice(i * this.#batch, (i + 1) * this.#batch));
  }

  /** NaN without targets. `onAnswers` is given every answer y [batch, …], and the targets and weights beside it. */
  async loss(weights: Readonly<Record<string, Float32Array>>, onAnswers?: OnAnswers): Promise<number> {
    const { runner, weights: fed } = (this.#opened ??= await this.#open());
    const fixed = Object.fromEntries(fed.map(({ name, dims, data }) => [name, { data: weights[name] ?? data, dims }]));
    const states = new RecurrentStates(stateLayouts(this.#options.step));
    let [sum, total] = [0, 0];
    for (const group of this.#groups) {
      const steps = group.at(-1)!.length;
      states.clear(this.#batch);
      for (let t = 0; t < steps; t++) {
        const row = stepRow(group, t - steps, this.#batch, this.#options.horizonWeights);
        states.clearRows(row.beginning);
        const results = await runner.run({ ...fixed, ...states.feeds, ...row.feeds });
        states.take(results);
        const { target, weight } = row.feeds;
        const weighed = weight.data.reduce((all, value) => all + value, 0);
        if (weighed === 0) continue;
        sum += weighed * results.loss.data[0];
        total += weighed;
        onAnswers?.(results.y, target.data, weight.data);
      }
    }
    return sum / total;
  }

  async release(): Promise<void> {
    await this.#opened?.runner.release();
    this.#opened = undefined;
  }

  async #open() {
    const { step, loss, openGraph } = this.#options;
    const { model, weights } = evaluationGraph({ step, steps: 1, batch: this.#batch, loss, lossOn: 'every' });
    return { runner: await openGraph(encodeForRun(model)), weights };
  }
}

/** Row b is the step of sequence b that is `-fromEnd` steps before its end; zeros before it has begun, or where there is no sequence. */
function stepRow(group: readonly Sequence[], fromEnd: number, batch: number, horizonWeights: ArrayLike<number>) {
  const width = group[0].x.length / group[0].length;
  const horizon = group[0].target.length / group[0].length;
  const x = new Float32Array(batch * width);
  const target = new Float32Array(batch * horizon);
  const weight = new Float32Array(batch * horizon);
  const beginning: number[] = [];
  for (const [b, sequence] of group.entries()) {
    const step = sequence.length + fromEnd;
    if (step < 0) continue;
    if (step === 0) beginning.push(b);
    x.set(sequence.x.subarray(step * width, (step + 1) * width), b * width);
    writeTargets({ target, weight }, b, sequence, step, horizonWeights);
  }
  const rows = (data: Float32Array, columns: number): FloatArray => ({ data, dims: [batch, columns] });
  return { feeds: { x: rows(x, width), target: rows(target, horizon), weight: rows(weight, horizon) }, beginning };
}
