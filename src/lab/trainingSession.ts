import { createGraphRunner } from '../inference/graphRunner.js';
import type { Architecture } from '../nn/architecture.js';
import { initialWeights, parameterCount } from '../nn/architectureParameters.js';
import { buildStepModel } from '../nn/buildStepModel.js';
import { withLongMemory } from '../nn/longMemory.js';
import { encodeModel } from '../onnx/codec.js';
import { Random } from '../series/random.js';
import type { BatchSource } from '../training/batch.js';
import { HeldOut } from '../training/heldOut.js';
import type { Sequence } from '../training/sequence.js';
import { SequenceSource } from '../training/sequenceSource.js';
import { StreamSource } from '../training/streamSource.js';
import { Trainer } from '../training/trainer.js';
import { type Outcome, TrainingRun, type WeightData } from '../training/trainingRun.js';
import { AnswerScore, type Answers } from './answerScore.js';
import { horizonWeights, lossNameOf, lossOf, optimiserOf, scheduleOf, teachingOf } from './learningPlan.js';
import { metadataOf, networkOf } from './networkOf.js';
import { stepsOf, type TrainingData } from './trainingData.js';
import type { TrainJob } from './trainJob.js';

/** What came of a training run. */
export interface Trained extends Omit<Outcome, 'weights'> {
  readonly cell: string;
  readonly parameters: number;
  readonly lossName: string;
  readonly rows: { readonly training: number; readonly heldOut: number }; // with an answer
  readonly paddedShare: number;
  readonly answers: Answers; // of the held-out part
}

/** A job with its data, ready to run: the network, its trainer, and the model file in the end. */
export class TrainingSession {
  readonly run: TrainingRun;
  readonly steps: number; // at most
  readonly #job: TrainJob;
  readonly #data: TrainingData;
  readonly #network: Architecture;
  readonly #source: StreamSource | SequenceSource;
  readonly #heldOut: HeldOut;

  constructor(job: TrainJob, data: TrainingData) {
    this.#job = job;
    this.#data = data;
    const network = networkOf(job, data.label);
    this.#network = network;
    const seed = (part: number): Random => new Random((job.seed + 0x9e3779b9 * part) >>> 0);
    const random = seed(0);
    const drawn = initialWeights(network, random);
    const weights = job.remember === undefined ? drawn : withLongMemory(network, drawn, job.remember, random);
    this.#source = this.#sourceOf(seed(1));
    this.steps = job.steps ?? Math.ceil((job.epochs ?? 1) * this.#batchesAnEpoch());
    this.#heldOut = new HeldOut({
      ...{ step: this.#deployed(weights), sequences: data.heldOut, batch: 32, loss: lossOf(job, data.label) },
      ...{ horizonWeights: this.#horizonWeights(), openGraph: createGraphRunner },
    });
    const taught = job.task === 'encoder-decoder';
    const step = buildStepModel(network, weights, { training: true, masked: job.sequence !== undefined, taught });
    this.run = new TrainingRun(
      {
        ...{ name: job.name, steps: this.steps, rate: job.rate, schedule: scheduleOf(job, this.steps) },
        plateau: job.schedule === 'plateau' ? { factor: 0.3, patience: 2 } : undefined,
        ...{ evaluateEvery: job.evaluateEvery, patience: job.patience },
        evaluate: (now) => this.#heldOut.loss(now),
      },
      (rate) =>
        new Trainer({
          ...{ step, source: this.#source as BatchSource, rate, random: seed(2), openGraph: createGraphRunner },
          ...{ loss: lossOf(job, data.label), optimiser: optimiserOf(job) },
          lossOn: job.task === 'many-to-one' ? 'last' : 'every',
          ...{ clipNorm: job.clipNorm, clipValue: job.clipValue, dropout: job.dropout },
          teacherForcing: taught ? teachingOf(job, this.steps) : undefined,
        }),
    );
  }

  /** The model that came of it, as a file of the contract, and what there is to say of it. */
  async finish({ weights, ...outcome }: Outcome): Promise<{ model: Uint8Array; trained: Trained }> {
    const { training, heldOut, label } = this.#data;
    const score = new AnswerScore(label, this.#network.levels);
    await this.#heldOut.loss(weights, score.take);
    const rows = (sequences: readonly Sequence[]): number =>
      sequences.reduce((sum, each) => sum + rowsToLearn(each), 0);
    const trained = {
      ...outcome,
      ...{ cell: this.#network.cell, parameters: parameterCount(this.#network) },
      lossName: lossNameOf(this.#job, label),
      rows: { training: rows(training), heldOut: rows(heldOut) },
      paddedShare: this.#source instanceof SequenceSource ? this.#source.paddedShare : 0,
      answers: score.answers,
    };
    return { model: encodeModel(this.#deployed(weights)), trained };
  }

  async release(): Promise<void> {
    await this.run.trainer.release();
    await this.#heldOut.release();
  }

  #deployed(weights: WeightData) {
    return buildStepModel(this.#network, weights, { metadata: metadataOf(this.#job, this.#data.label) });
  }

  #sourceOf(random: Random): StreamSource | SequenceSource {
    const { sequence, bptt, batch, batching, lookback } = this.#job;
    const { training: sequences } = this.#data;
    const shared = { sequences, batch, horizonWeights: this.#horizonWeights(), random };
    if (sequence !== undefined) return new SequenceSource({ ...shared, batching, steps: bptt });
    return new StreamSource({ ...shared, steps: stepsOf(this.#job), lookback });
  }

  #horizonWeights(): readonly number[] {
    return this.#data.label ? [1] : horizonWeights(this.#network.horizon);
  }

  #batchesAnEpoch(): number {
    if (this.#source instanceof SequenceSource) return this.#source.groups;
    const rows = this.#data.training.reduce((sum, { length }) => sum + length, 0);
    return Math.max(1, rows / (stepsOf(this.#job) * this.#job.batch));
  }
}

/** Rows of which something is to be answered. */
function rowsToLearn({ length, target }: Sequence): number {
  const horizon = target.length / length;
  return Array.from({ length }, (_, row) => target.subarray(row * horizon, (row + 1) * horizon)).filter((answers) =>
    answers.some((value) => !Number.isNaN(value)),
  ).length;
}
