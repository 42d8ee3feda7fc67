/** Sequences side by side over some steps: what one training step is given. Rows are step-major: row t·batch + b. */
export interface Batch {
  readonly steps: number;
  readonly batch: number;
  readonly x: Float32Array; // [steps·batch, width]
  readonly target: Float32Array; // [steps·batch, horizon], finite
  readonly weight: Float32Array; // [steps·batch, horizon], 0 where the target is not known
  readonly alive?: Float32Array; // [steps·batch, 1]: 0 for padding; left out when there is none
  readonly restarted: 'all' | readonly number[]; // whose states are zero before the first step; the others' are carried on
}

/** Where batches come from, without end. Its arrays may be overwritten by the next call. */
export interface BatchSource {
  next(): Batch;
  /** Where it stands, as plain data for a checkpoint; `load` goes on from there. */
  save(): unknown;
  load(state: unknown): void;
}
