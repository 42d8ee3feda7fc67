import type { TargetKind } from '../forecast/modelContract.js';
import type { ActivationName } from '../nn/activation.js';
import type { Architecture } from '../nn/architecture.js';
import type { CellKind } from '../nn/cells/cells.js';
import type { LossName } from '../nn/losses/losses.js';
import type { OptimiserName } from '../nn/optimisers/optimisers.js';
import type { Batching } from '../training/sequenceSource.js';
import type { TableCovariate } from '../training/tableCovariates.js';

/**
 * What a network is to answer, and from what: one reading for one (`one-to-one`); a roll-out from the state (`one-to-many`); a
 * value or class for a whole sequence (`many-to-one`); a forecast at every step (`many-to-many`); or a roll-out that was told
 * the truth while it learned (`encoder-decoder`).
 */
export const tasks = ['one-to-one', 'one-to-many', 'many-to-one', 'many-to-many', 'encoder-decoder'] as const;
export type Task = (typeof tasks)[number];

export const scheduleNames = ['constant', 'step', 'cosine', 'plateau'] as const;
export type ScheduleName = (typeof scheduleNames)[number];

/** Which rows of which files are learned from. */
export interface JobData {
  readonly files: readonly string[];
  readonly time?: string; // column
  readonly values: readonly string[]; // columns; empty: every numeric one
  readonly sequence?: string; // column whose value changes from one sequence to the next
  readonly label?: string; // column of what a whole sequence is to be answered with
  readonly cadenceMs: number; // 0: every row is one step
  readonly season: number; // steps, 0: found
  readonly holdOut: number; // share of the end that is judged and not learned from
  readonly covariates?: readonly TableCovariate[];
  readonly statics?: Readonly<Record<string, number>>;
}

/** What is built. */
export interface JobModel {
  readonly task: Task;
  readonly cell: CellKind;
  readonly features: readonly string[];
  readonly target: TargetKind;
  readonly horizon: number; // steps
  readonly levels: readonly number[];
  readonly hidden: number;
  readonly layers: number;
  readonly residual: boolean;
  readonly cellActivation: ActivationName;
  readonly headActivation: Architecture['headActivation'];
  readonly inputNorm: Architecture['inputNorm'];
  readonly cellNorm: Architecture['cellNorm'];
  readonly attention: Architecture['attention'];
  readonly memory: number;
}

/** How it learns. */
export interface JobTraining {
  readonly loss?: LossName; // left out: cross-entropy for classes, else pinball
  readonly delta: number; // of Huber's
  readonly optimiser: OptimiserName;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly rate: number;
  readonly schedule: ScheduleName;
  readonly warmUp: number; // steps
  readonly clipNorm?: number;
  readonly clipValue?: number;
  readonly dropout: number;
  readonly remember?: number; // steps that gates start out remembering
  readonly bptt: number | 'full'; // steps a gradient flows back
  readonly lookback: number; // steps after which a stream begins anew
  readonly batch: number;
  readonly batching: Batching; // of sequences
  readonly steps?: number;
  readonly epochs?: number;
  readonly seconds?: number;
  readonly patience?: number; // evaluations
  readonly evaluateEvery: number; // steps
  readonly teacherForcing: number; // at the start, falling to 0
  readonly seed: number;
}

/** One training run as plain data: what a worker is told, and a checkpoint keeps. */
export interface TrainJob extends JobData, JobModel, JobTraining {
  readonly name: string;
}
