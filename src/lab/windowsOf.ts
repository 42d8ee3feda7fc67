import { readTable } from '../backtest/readTable.js';
import { StepcastError } from '../errors.js';
import type { ModelMetadata } from '../forecast/modelContract.js';
import type { Batch } from '../training/batch.js';
import { type Sequence, sliceSequence } from '../training/sequence.js';
import { SequenceSource } from '../training/sequenceSource.js';
import { seriesRows } from '../training/seriesRows.js';

export interface WindowsOptions {
  readonly file: string;
  readonly time?: string;
  readonly values: readonly string[];
  readonly cadenceMs: number;
  readonly steps: number; // of a window
  readonly most: number; // windows
}

/** Windows of a file as a model hears them, spread evenly over it, side by side. @throws {StepcastError} DATA_INVALID. */
export function windowsOf(metadata: ModelMetadata, options: WindowsOptions): Batch {
  const { file, steps, most, cadenceMs } = options;
  const { timesMs, columns } = readTable(file, { ...options, strict: true });
  const heard = { ...metadata, cadenceMs, season: metadata.season ?? 0 };
  const stretches = [...columns.values()].flatMap((values) => seriesRows(timesMs, values, heard));
  const windows = stretches.flatMap((stretch) => windowsIn(stretch, steps));
  if (windows.length === 0) {
    throw new StepcastError({
      code: 'DATA_INVALID',
      op: 'read',
      subject: file,
      message: `has too few rows for a window of ${steps} steps and a horizon of ${metadata.horizon}`,
      hint: 'give more rows, or fewer --steps',
    });
  }
  const count = Math.min(most, windows.length);
  const chosen = Array.from({ length: count }, (_, i) => windows[Math.floor((i * windows.length) / count)]);
  const horizonWeights = new Array<number>(metadata.horizon).fill(1);
  const side = { sequences: chosen, batch: count, batching: 'pad', steps: 'full', horizonWeights } as const;
  return new SequenceSource(side).next();
}

/** Windows half of which overlap, whose last answer is known. */
function windowsIn(stretch: Sequence, steps: number): Sequence[] {
  const windows: Sequence[] = [];
  const horizon = stretch.target.length / stretch.length;
  for (let to = stretch.length; to >= steps; to -= Math.max(1, steps >> 1)) {
    const window = sliceSequence(stretch, to - steps, to);
    if (window.target.subarray((steps - 1) * horizon).some((value) => !Number.isNaN(value))) windows.push(window);
  }
  return windows.reverse();
}
