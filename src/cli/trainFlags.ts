import { basename } from 'node:path';
import { featureNames, knownFeature, outsideName } from '../forecast/features.js';
import type { JobTraining, ScheduleName, Task, TrainJob } from '../lab/trainJob.js';
import type { Architecture } from '../nn/architecture.js';
import type { LossName } from '../nn/losses/losses.js';
import { plainLevels } from '../series/plainSettings.js';
import { type CovariateFlags, covariatesOf } from './covariateFlags.js';
import { usageError } from './usageError.js';

/** What `train` and `compare` are told; undefined: not said. */
export interface TrainFlags extends CovariateFlags {
  time?: string;
  value?: string[];
  sequence?: string;
  label?: string;
  cadence: number;
  season: number;
  holdOut: number;
  task: Task;
  features?: string[];
  target: 'change' | 'value';
  horizon?: number;
  levels?: number[];
  hidden: number;
  layers: number;
  residual?: boolean;
  activation: Architecture['cellActivation'];
  headActivation: Architecture['headActivation'];
  norm: 'none' | 'batch' | 'layer' | 'both';
  attention: Architecture['attention'];
  memory?: number;
  dropout: number;
  remember?: number;
  loss?: LossName;
  delta?: number;
  optimizer: JobTraining['optimiser'];
  momentum?: number;
  weightDecay?: number;
  lr: number;
  schedule?: ScheduleName;
  warmup?: number;
  clipNorm?: number | 'off';
  clipValue?: number;
  bptt?: number | 'full';
  lookback?: number;
  batch: number;
  batching?: JobTraining['batching'];
  steps?: number;
  epochs?: number;
  seconds?: number;
  patience?: number | 'off';
  evaluateEvery: number;
  teacherForcing?: number;
  seed: number;
}

const calendar = ['day.sin', 'day.cos', 'week.sin', 'week.cos', 'weekend'];
const forecastFeatures = ['value', 'diff', 'missing', 'elapsed', 'season', ...calendar];
const sequenceFeatures = ['value', 'diff'];

/** The job that flags ask for. @throws {StepcastError} USAGE when they contradict one another. */
export function jobOf(
  command: string,
  files: readonly string[],
  cell: TrainJob['cell'],
  out: string,
  flags: TrainFlags,
): TrainJob {
  const problem = contradiction(flags) ?? gateless(cell, flags);
  if (problem) throw usageError(`stepcast ${command}`, problem);
  const { task, sequence, epochs, seconds, static: statics = {} } = flags;
  const covariates = covariatesOf(`stepcast ${command}`, flags);
  const outside = [
    ...covariates.map(({ name }) => `covariate.${name}`),
    ...Object.keys(statics).map((name) => `static.${name}`),
  ];
  const open = isOpen(flags);
  const schedule = flags.schedule ?? (open ? 'plateau' : 'cosine');
  const single = task === 'one-to-one';
  const answersOnce = single || task === 'many-to-one';
  const bptt = flags.bptt ?? (single ? 1 : sequence === undefined ? 48 : 'full');
  const lookback = flags.lookback ?? (single ? 1 : bptt === 'full' ? 96 : 16 * bptt);
  const steps = flags.steps ?? (epochs !== undefined ? undefined : open ? 1_000_000 : 2000);
  const onePoint = flags.loss === 'mse' || flags.loss === 'mae' || flags.loss === 'huber';
  return {
    name: basename(out).replace(/\.onnx$/, ''),
    ...{ files, time: flags.time, values: flags.value ?? [], sequence, label: flags.label },
    ...{ cadenceMs: flags.cadence, season: flags.season, holdOut: flags.holdOut },
    ...{ task, cell, target: flags.target },
    features: flags.features ?? [...(sequence === undefined ? forecastFeatures : sequenceFeatures), ...outside],
    ...(covariates.length > 0 && { covariates }),
    ...(flags.static && { statics }),
    horizon: flags.horizon ?? (answersOnce || sequence !== undefined ? 1 : 24),
    levels: flags.levels ?? (onePoint ? [0.5] : plainLevels),
    ...{ hidden: flags.hidden, layers: flags.layers, residual: flags.residual ?? false },
    ...{ cellActivation: flags.activation, headActivation: flags.headActivation },
    inputNorm: flags.norm === 'batch' || flags.norm === 'both' ? 'batch' : 'none',
    cellNorm: flags.norm === 'layer' || flags.norm === 'both' ? 'layer' : 'none',
    ...{ attention: flags.attention, memory: flags.memory ?? 32, dropout: flags.dropout, remember: flags.remember },
    ...{ loss: flags.loss, delta: flags.delta ?? 1 },
    ...{ optimiser: flags.optimizer, momentum: flags.momentum ?? 0 },
    weightDecay: flags.weightDecay ?? (flags.optimizer === 'adamw' ? 0.01 : 0),
    ...{
      rate: flags.lr,
      schedule,
      warmUp: flags.warmup ?? (schedule === 'cosine' ? Math.min(50, Math.floor((steps ?? 1000) / 20)) : 0),
    },
    clipNorm: flags.clipNorm === 'off' || flags.clipValue !== undefined ? undefined : (flags.clipNorm ?? 1),
    ...{ clipValue: flags.clipValue, bptt, lookback: bptt === 'full' ? lookback : Math.ceil(lookback / bptt) * bptt },
    ...{ batch: flags.batch, batching: flags.batching ?? 'bucket', steps, epochs, seconds },
    patience: flags.patience === 'off' ? undefined : (flags.patience ?? 10),
    ...{ evaluateEvery: flags.evaluateEvery, teacherForcing: flags.teacherForcing ?? 1, seed: flags.seed },
  };
}

const gateless = (cell: string, { remember }: TrainFlags): string | undefined =>
  remember !== undefined && cell !== 'gru' && cell !== 'lstm'
    ? `--remember is of the gates of gru and lstm, which ${cell} has not`
    : undefined;

/** Whether a feature is of a covariate or a number that no flag gives. */
function isUntold(feature: string, { covariate, future, static: statics }: TrainFlags): boolean {
  const { kind, name } = outsideName(feature) ?? {};
  return kind !== undefined && !Object.hasOwn(kind === 'static' ? { ...statics } : { ...covariate, ...future }, name!);
}

/** Whether the number of steps is left to the clock. */
const isOpen = ({ steps, epochs, seconds }: TrainFlags): boolean =>
  steps === undefined && epochs === undefined && seconds !== undefined;

function contradiction(flags: TrainFlags): string | undefined {
  const { task, loss, layers, bptt, lookback, horizon, levels, optimizer } = flags;
  const unknown = flags.features?.find((name) => !knownFeature(name));
  const untold = flags.features?.find((name) => isUntold(name, flags));
  const set = (value: unknown): boolean => value !== undefined;
  const rules: [boolean, string][] = [
    [
      unknown !== undefined,
      `--features: there is no ${unknown}; there are ${featureNames.join(', ')}, covariate.NAME, static.NAME`,
    ],
    [
      untold !== undefined,
      `--features: ${untold} needs ${untold?.startsWith('s') ? '--static NAME=NUMBER' : '--covariate NAME=COLUMN'}`,
    ],
    [set(flags.steps) && set(flags.epochs), '--steps and --epochs contradict each other: give one'],
    [
      isOpen(flags) && (flags.schedule === 'cosine' || flags.schedule === 'step'),
      `--schedule ${flags.schedule} ends with the steps: it needs --steps or --epochs`,
    ],
    [flags.residual === true && layers < 2, '--residual goes around layers: it needs --layers 2 or more'],
    [set(flags.memory) && flags.attention === 'none', '--memory is what attention looks at: it needs --attention'],
    [set(flags.batching) && !set(flags.sequence), '--batching is of sequences of unequal length: it needs --sequence'],
    [
      set(flags.label) && !set(flags.sequence),
      '--label is what a whole sequence is answered with: it needs --sequence',
    ],
    [set(flags.label) && task !== 'many-to-one', '--label needs --task many-to-one'],
    [loss === 'cross-entropy' && !set(flags.label), '--loss cross-entropy tells classes apart: it needs --label'],
    [set(flags.delta) && loss !== 'huber', '--delta needs --loss huber'],
    [set(flags.momentum) && optimizer.startsWith('adam'), `--momentum is of sgd and rmsprop, not of ${optimizer}`],
    [
      set(flags.clipNorm) && flags.clipNorm !== 'off' && set(flags.clipValue),
      '--clip-norm and --clip-value contradict each other: give one',
    ],
    [set(flags.teacherForcing) && task !== 'encoder-decoder', '--teacher-forcing needs --task encoder-decoder'],
    [set(levels) && set(loss) && loss !== 'pinball', `--levels are quantiles: they need --loss pinball, not ${loss}`],
    [bptt !== 'full' && (bptt ?? 0) > (lookback ?? Number.POSITIVE_INFINITY), '--bptt is longer than --lookback'],
    [
      task === 'one-to-one' && (set(bptt) || set(lookback)),
      '--task one-to-one hears one reading at a time: leave out --bptt and --lookback',
    ],
    [
      (task === 'one-to-one' || task === 'many-to-one') && (horizon ?? 1) > 1,
      `--task ${task} answers once: leave out --horizon`,
    ],
    [set(flags.sequence) && task === 'one-to-one', '--task one-to-one knows no sequences: leave out --sequence'],
    [
      flags.features?.includes('season') === true && set(flags.label),
      '--features season is of forecasts, not of labels',
    ],
  ];
  return rules.find(([contradicts]) => contradicts)?.[1];
}
