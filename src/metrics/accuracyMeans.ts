import type { Weights } from './meanWeights.js';

/** How forecasts turned out; null where nothing can be said. */
export interface AccuracyMeans {
  readonly n: number; // steps that were forecast and have come
  readonly mae: number | null; // of the median, unit of the series
  readonly mase: number | null; // mae over the mean change from one step to the next (Hyndman & Koehler 2006)
  readonly pinball: number | null; // mean over the levels
  readonly crps: number | null; // 2 · pinball (crps.ts)
  readonly coverage: number | null; // share of values within the outermost levels
  readonly nominal: number | null; // what coverage should be
  readonly width: number | null; // of the outermost interval
  readonly skill_persistence: number | null; // 1 − mae / mae of the last value
  readonly skill_seasonal: number | null; // 1 − mae / mae of the value one season before, where that is known
  readonly weights: Weights | null; // what each expert had in the blend, mean over the forecasts
}
