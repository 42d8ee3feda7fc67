import type { ErrorCode } from '../errors.js';
import type { RunReport } from '../training/trainingRun.js';
import type { Trained } from './trainingSession.js';
import type { TrainJob } from './trainJob.js';

/** What a training worker is told when it starts. */
export interface TrainingOrder {
  readonly job: TrainJob;
  readonly checkpoint?: string; // path: written as it goes on, and when it is stopped
  readonly out?: string; // for which file, as the checkpoint is to say
  readonly resume?: string; // path of a checkpoint to go on from
  readonly stop: SharedArrayBuffer; // one int32: not 0 asks it to stop after the step it is at
}

export type TrainingReply =
  | { readonly kind: 'report'; readonly report: RunReport; readonly elapsedMs: number }
  | { readonly kind: 'done'; readonly trained: Trained; readonly model: Uint8Array }
  | { readonly kind: 'failed'; readonly failure: TrainingFailure };

export interface TrainingFailure {
  readonly code?: ErrorCode; // left out for a mistake of the program
  readonly op: string;
  readonly subject: string;
  readonly message: string;
  readonly hint?: string;
}

/** What a checkpoint says of itself, beside the run. */
export interface CheckpointAbout {
  readonly job: TrainJob;
  readonly out?: string;
  readonly data: string; // sha256 of the files
  readonly elapsedMs: number;
}
