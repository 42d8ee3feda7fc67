import type { LoadedModel } from '../forecast/modelContract.js';
import type { Gap, Reject, SeriesRow, SeriesSummary, SnapshotRow } from '../pipeline/ports.js';

/** Rows by column, so that a batch crosses to the worker as a few buffers. */
export interface ReadingColumns {
  readonly id: Float64Array;
  readonly series: Int32Array;
  readonly tMs: Float64Array;
  readonly y: Float64Array;
  readonly flags: Uint8Array;
  readonly packetId: Int32Array;
}

export interface ForecastColumns {
  readonly id: Float64Array;
  readonly series: Int32Array;
  readonly tick: Float64Array;
  readonly tMs: Float64Array;
  readonly issuedMs: Float64Array;
  readonly y: Float64Array;
  readonly stepMs: Float64Array;
  readonly form: Uint16Array; // position in `forms`
  readonly end: Uint32Array; // of each JSON in `text`
  readonly text: Uint8Array;
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
  readonly readings: ReadingColumns;
  readonly forecasts: ForecastColumns;
  readonly forms: readonly ForecastForm[];
  readonly series: readonly SeriesRow[];
  readonly snapshots: readonly SnapshotRow[];
  readonly summaries: readonly SeriesSummary[];
  readonly rejects: readonly Reject[];
  readonly gaps: readonly Gap[];
  readonly packetFloor: number | undefined; // readings up to here belong to an earlier broker session
}

export type ModelRow = Pick<LoadedModel, 'name' | 'version' | 'sha256'>;

export interface ModelsRequest {
  readonly kind: 'models';
  readonly nowMs: number;
  readonly rows: readonly ModelRow[];
}

export type WorkerRequest = CommitRequest | ModelsRequest | { readonly kind: 'close' };

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
  | { readonly kind: 'committed'; readonly sequence: number }
  | { readonly kind: 'refused'; readonly sequence: number; readonly error: Failure }
  | { readonly kind: 'problem'; readonly error: Failure | undefined }
  | { readonly kind: 'maintained'; readonly ms: number; readonly run?: ReadingRun; readonly dropped?: number }
  | { readonly kind: 'closed' };

export interface WorkerOptions {
  readonly path: string;
  readonly retention: { readonly readingsMs?: number; readonly forecastsMs?: number };
}
