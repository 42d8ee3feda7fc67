import type { SeriesSettings } from './types.js';

/** Quantile levels where nothing else is asked for. */
export const plainLevels: readonly number[] = [0.1, 0.5, 0.9];

/** What a series is heard with where nothing else is said: that of a table, and of a stream's defaults. */
export const plainSettings = {
  aggregate: 'mean',
  lateMs: 0,
  maxGapSteps: 24,
  counter: false,
  levels: plainLevels,
  model: 'auto',
} as const satisfies Partial<SeriesSettings>;
