import type { Decision, ModelLedger } from '../pipeline/modelVersions.js';
import type { Gap, Reject, SeriesRow, SeriesSummary, SnapshotRow } from '../pipeline/ports.js';

/** A reading in the buffer of a commit: id, series, tMs, y, flags, packetId. */
export const readingWidth = 6;
/** A forecast: id, series, tick, tMs, issuedMs, y, stepMs, position in `forms`, decimals, count, weighed; then `count` quantiles and `weighed` weights. */
export const forecastWidth = 11;

/** The two large buffers of a commit, which go to the worker and come back. */
export interface CommitBuffers {
  readonly readings: ArrayBuffer;
  readonly forecasts: ArrayBuffer;
}

/** What many forecasts have in common. */
export interface ForecastForm {
  readonly model: string; // NAME@VERSION
  readonly levels: readonly number[];
}

export interface CommitRequest {
  readonly kind: 'commit';
  readonly sequence: number;
  readonly nowMs: number;
  readonly readings: Float64Array<ArrayBuffer>; // rows of readingWidth
  readonly readingCount: number;
  readonly forecasts: Float64Array<ArrayBuffer>; // rows of forecastWidth, each with its quantiles and weights behind it
  readonly forecastCount: number;
  readonly forms: readonly ForecastForm[];
  readonly series: readonly SeriesRow[];
  readonly snapshots: readonly SnapshotRow[];
  readonly summaries: readonly SeriesSummary[];
  readonly rejects: readonly Reject[];
  readonly gaps: readonly Gap[];
  readonly decisions: readonly Decision[];
  readonly packetFloor: number | undefined; // readings up to here belong to an earlier broker session
}

export type LedgerEntries = Parameters<ModelLedger['write']>[0];

export interface LedgerRequest extends LedgerEntries {
  readonly kind: 'ledger';
  readonly nowMs: number;
}

export type WorkerRequest = CommitRequest | LedgerRequest | { readonly kind: 'close' };

/** An error on its way between threads, which class and all would not survive. */
export interface Failure {
  readonly code: string; // of SQLite, of the system or of a StepcastError; '' for a mistake of the program
  readonly message: string;
  readonly hint?: string;
}

export interface ReadingRun {
  readonly id: number;
  readonly lastId: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

export type WorkerReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: Failure }
  | { readonly kind: 'committed'; readonly sequence: number; readonly buffers: CommitBuffers }
  | { readonly kind: 'refused'; readonly sequence: number; readonly error: Failure }
  | { readonly kind: 'problem'; readonly error: Failure | undefined }
  | { readonly kind: 'maintained'; readonly ms: number; readonly run?: ReadingRun; readonly dropped?: number }
  | { readonly kind: 'closed' };

export interface WorkerOptions {
  readonly path: string;
  readonly retention: { readonly readingsMs?: number; readonly forecastsMs?: number };
}
