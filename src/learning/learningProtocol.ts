import type { ErrorCode } from '../errors.js';
import type { FineTuned, FineTuneOrder, OnTuning } from './fineTune.js';

/** A fine-tune as the thread is told of it: which series of which database, and how far they have come. */
export interface LearningTask
  extends Pick<
    FineTuneOrder,
    'name' | 'version' | 'incumbent' | 'memory' | 'sinceDrift' | 'seed' | 'steps' | 'recipe'
  > {
  readonly db: string;
  readonly series: readonly string[];
  readonly isOwn: boolean; // the incumbent was made from these series
  readonly deepAt: number; // steps of the series at the last long training, 0: there was none
  readonly maxCpu: number; // share of one core
}

export interface Learned extends FineTuned {
  readonly depth: FineTuneOrder['depth'];
  readonly ticks: number; // of the longest series, as far as they are learned from
  readonly cpuMs: number; // processor time of its thread
}

export interface LearningFailure {
  readonly code?: ErrorCode; // absent: a mistake of the program
  readonly op: string;
  readonly subject: string;
  readonly message: string;
  readonly hint?: string;
}

export type LearningProgress = Parameters<OnTuning>[0];

export type LearningReply =
  | { readonly kind: 'alive' }
  | { readonly kind: 'progress'; readonly progress: LearningProgress }
  | { readonly kind: 'done'; readonly learned: Learned }
  | { readonly kind: 'failed'; readonly failure: LearningFailure };
