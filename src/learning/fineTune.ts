import { StepcastError } from '../errors.js';
import type { ModelMetadata } from '../forecast/modelContract.js';
import { pinball } from '../nn/losses/pinball.js';
import { adam } from '../nn/optimisers/adam.js';
import { cosine } from '../nn/schedules/cosine.js';
import { decodeModel, encodeModel } from '../onnx/codec.js';
import type { ModelProto } from '../onnx/modelProto.js';
import { withMetadata } from '../onnx/withMetadata.js';
import { withWeights } from '../onnx/withWeights.js';
import { Random } from '../series/random.js';
import type { SeriesSettings, Tick } from '../series/types.js';
import { decodeCheckpoint, encodeCheckpoint } from '../training/checkpoint.js';
import { HeldOut } from '../training/heldOut.js';
import type { Sequence } from '../training/sequence.js';
import { rowsOfTicks } from '../training/seriesRows.js';
import { splitRows } from '../training/splitRows.js';
import { StreamSource } from '../training/streamSource.js';
import { type OptimiserMemory, Trainer } from '../training/trainer.js';
import { TrainingRun } from '../training/trainingRun.js';
import { freshNetwork } from './freshNetwork.js';
import { judge, type Verdict } from './judge.js';
import type { LearningRuntime, OpenedModel } from './learningRuntime.js';
import { type LearnRecipe, learnRecipe } from './learnRecipe.js';
import { rollOut } from './rollOut.js';

/** What one series has shown, as far as it has arrived. */
export interface LearningSeries {
  readonly seriesId: string;
  readonly horizon: number; // steps
  readonly levels: readonly number[];
  readonly season: number; // steps, 0: found
  readonly statics?: SeriesSettings['statics'];
  readonly covariates?: SeriesSettings['covariates']; // that the ticks tell of, in their order
  readonly ticks: readonly Tick[];
}

export interface FineTuneOrder {
  readonly name: string; // of the candidate
  readonly version: number;
  readonly incumbent: Uint8Array; // the model in use
  readonly from: 'incumbent' | 'fresh'; // where the weights begin: a network of the series' own, or the one in use
  readonly depth: 'first' | 'again'; // the long training of a network that is new to what it is to learn, or a short one more
  readonly memory?: Uint8Array; // of the optimiser, as an earlier fine-tune of the same model gave it
  readonly series: readonly LearningSeries[];
  readonly sinceDrift?: number; // steps: so many, the newest, are of another regime than those before
  readonly seed: number;
  readonly steps?: number; // in place of the recipe's
  readonly recipe?: Partial<LearnRecipe>;
}

export interface FineTuned {
  readonly candidate: Uint8Array<ArrayBuffer>;
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly steps: number; // taken
  readonly bestStep: number;
  readonly chosenLoss: number | null; // of the weights, teacher-forced, on the steps that chose them
  readonly verdict: Verdict;
}

export type OnTuning = (progress: { readonly stage: 'rows' | 'training' | 'judging'; readonly share: number }) => void;

/**
 * One fine-tune: rows of what has arrived, some hundred training steps, and a verdict on the result. The newest `judgedBy` of the
 * ticks are judged by and seen by nothing else; those before choose the weights; a target is learned from only where it lies before
 * both. The same order gives the same candidate.
 *
 * @throws {StepcastError} LEARNING_TOO_FEW, MODEL_UNTRAINABLE, TRAINING_DIVERGED or MODEL_*.
 */
export async function fineTune(
  order: FineTuneOrder,
  runtime: LearningRuntime,
  onProgress: OnTuning = () => {},
): Promise<FineTuned> {
  const recipe = { ...learnRecipe, ...order.recipe };
  const opened: OpenedModel[] = [];
  const open = async (bytes: Uint8Array, subject: string): Promise<OpenedModel> => {
    const model = await runtime.openModel(bytes, subject);
    opened.push(model);
    return model;
  };
  try {
    const incumbent = await open(order.incumbent, order.name);
    const isFresh = order.from === 'fresh';
    const start = isFresh ? fresh(order, recipe) : decodeModel(order.incumbent);
    const metadata = isFresh ? metadataOf(start) : incumbent.stepper.model.metadata;
    const cut = order.series.map((series) => cutOf(series, order.sinceDrift, recipe));
    const trained = await train(order, { start, metadata, cut, recipe }, runtime, onProgress);
    const document = { ...metadata, name: order.name, version: order.version };
    const candidate = encodeModel(
      withMetadata(withWeights(start, trained.weights), 'stepcast', JSON.stringify(document)),
    );
    const tried = await open(candidate, order.name);
    const rollOuts = [];
    for (const [i, series] of order.series.entries()) {
      onProgress({ stage: 'judging', share: i / order.series.length });
      const { ticks, judged } = cut[i];
      const options = { ...series, ticks, from: judged, breathe: runtime.breathe };
      rollOuts.push(await rollOut({ ...options, incumbent: incumbent.stepper, candidate: tried.stepper }));
    }
    const { steps, bestStep, memory, heldOut: chosenLoss } = trained;
    return {
      candidate,
      memory,
      steps,
      bestStep,
      chosenLoss,
      verdict: judge(
        rollOuts,
        order.series.map(({ seriesId }) => seriesId),
      ),
    };
  } finally {
    for (const model of opened) await model.release();
  }
}

const pick = ({ season, statics, covariates: looksAt }: LearningSeries) => ({
  ...{ season, ...(statics && { statics }), ...(looksAt && { looksAt }) },
});

interface Cut {
  readonly ticks: readonly Tick[];
  readonly learned: number; // places: ticks before it are learned from
  readonly judged: number; // those before it choose the weights; from it on they judge
  readonly recency: number;
}

/** After a drift only what came since then chooses and judges, and half of the windows begin in what is left of it. */
function cutOf(
  { ticks: all }: LearningSeries,
  sinceDrift = Number.POSITIVE_INFINITY,
  { mostTicks, chosenBy, judgedBy, fewestJudged, recency }: LearnRecipe,
): Cut {
  const ticks = all.slice(-mostTicks);
  const { length } = ticks;
  if (sinceDrift >= length) {
    const judged = Math.round(length * (1 - judgedBy));
    return { ticks, judged, learned: judged - Math.round(length * chosenBy), recency };
  }
  const judged = length - Math.max(fewestJudged, Math.round(sinceDrift * judgedBy));
  const learned = judged - Math.round(sinceDrift * chosenBy);
  const older = Math.min(1, (length - sinceDrift) / learned);
  return { ticks, judged, learned, recency: Math.min(mostRecency, Math.max(recency, -Math.LN2 / Math.log(older))) };
}

const mostRecency = 32;

interface Plan {
  readonly start: ModelProto;
  readonly metadata: ModelMetadata;
  readonly cut: readonly Cut[];
  readonly recipe: LearnRecipe;
}

async function train(
  order: FineTuneOrder,
  { start, metadata, cut, recipe }: Plan,
  runtime: LearningRuntime,
  onProgress: OnTuning,
) {
  const { levels, horizon } = metadata;
  const { batch, bptt, lookback, warmup } = recipe;
  const training: Sequence[] = [];
  const choosing: Sequence[] = [];
  const seriesOf: number[] = [];
  for (const [i, { ticks, learned, judged }] of cut.entries()) {
    onProgress({ stage: 'rows', share: i / cut.length });
    await runtime.breathe();
    const rows = rowsOfTicks(ticks.slice(0, judged), { ...metadata, ...pick(order.series[i]) });
    const share = { share: (judged - learned) / judged, warmUp: 4 * bptt, longest: 4 * bptt };
    const split = splitRows(rows, share);
    training.push(...withoutWarmup(split.training, warmup, bptt));
    seriesOf.push(...split.training.map(() => i));
    choosing.push(...split.heldOut);
  }
  if (!training.some(({ length }) => length >= bptt)) throw tooFew(order, recipe);
  const loss = pinball(levels);
  const isFirst = order.depth === 'first';
  const steps = order.steps ?? (isFirst ? recipe.firstSteps : recipe.steps);
  const horizonWeights = Array.from({ length: horizon }, (_, i) => 1 + 3 / (i + 1));
  const { openGraph } = runtime;
  const heldOut = new HeldOut({ step: start, sequences: choosing, batch: 32, loss, horizonWeights, openGraph });
  const source = new StreamSource({
    ...{ sequences: training, steps: bptt, batch, lookback, recency: cut[0].recency, seriesOf, horizonWeights },
    random: new Random(order.seed),
  });
  const rate = isFirst ? recipe.firstRate : recipe.rate;
  const schedule = isFirst ? cosine({ steps, floor: recipe.rate / recipe.firstRate }) : () => 1;
  const run = new TrainingRun(
    {
      ...{ name: order.name, steps, rate, schedule, evaluateEvery: recipe.evaluateEvery, patience: recipe.patience },
      evaluate: (weights) => heldOut.loss(weights),
    },
    (rate) =>
      new Trainer({
        ...{ step: start, source, loss, lossOn: 'every', optimiser: adam(), clipNorm: 1, rate },
        ...{ random: new Random(order.seed), openGraph, memory: order.memory && memoryOf(order.memory) },
      }),
  );
  try {
    const outcome = await run.run(async ({ step }) => {
      onProgress({ stage: 'training', share: step / steps });
      await runtime.breathe();
      return undefined;
    });
    return { ...outcome, memory: memoryBytes(run.trainer.memory) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw untrainable(order, error.message, error);
  } finally {
    await run.trainer.release();
    await heldOut.release();
  }
}

/** Sequences without the first steps of a series, on which the experts themselves have yet to learn. */
function withoutWarmup(sequences: readonly Sequence[], warmup: number, fewest: number): Sequence[] {
  let left = warmup;
  return sequences.map((sequence) => {
    const target = sequence.target.slice();
    const skipped = Math.min(left, Math.max(0, sequence.length - 2 * fewest));
    left -= skipped;
    target.fill(Number.NaN, 0, skipped * (target.length / sequence.length));
    return { ...sequence, target };
  });
}

function fresh({ series, seed }: FineTuneOrder, { hiddenSize }: LearnRecipe): ModelProto {
  return freshNetwork({ horizon: Math.max(...series.map(({ horizon }) => horizon)), hiddenSize, seed });
}

const metadataOf = (model: ModelProto): ModelMetadata =>
  JSON.parse(model.metadataProps!.find(({ key }) => key === 'stepcast')!.value);

function memoryOf(bytes: Uint8Array): OptimiserMemory {
  const { about, arrays } = decodeCheckpoint(bytes);
  return { updates: (about as { updates: number }).updates, arrays };
}

const memoryBytes = ({ updates, arrays }: OptimiserMemory): Uint8Array<ArrayBuffer> =>
  encodeCheckpoint({ about: { updates }, arrays });

function tooFew({ name, series }: FineTuneOrder, { bptt, chosenBy, judgedBy }: LearnRecipe): StepcastError {
  const most = Math.max(...series.map(({ ticks }) => ticks.length));
  const needed = Math.ceil(bptt / (1 - chosenBy - judgedBy));
  return new StepcastError({
    code: 'LEARNING_TOO_FEW',
    op: 'learn',
    subject: name,
    message: `there are ${most} steps without a long gap, and ${needed} are needed`,
    hint: 'wait for more readings',
  });
}

const untrainable = ({ name }: FineTuneOrder, message: string, cause?: TypeError): StepcastError =>
  new StepcastError({
    code: 'MODEL_UNTRAINABLE',
    op: 'learn',
    subject: name,
    message,
    hint: 'export the model with operators that have a gradient: docs/models.md',
    cause,
  });
