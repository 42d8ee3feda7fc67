import type { HorizonScore } from './horizonScore.js';

/** What forecasts have in common: one object for all that are scored together. */
export interface ForecastForm {
  readonly model: string;
  readonly levels: readonly number[]; // ascending, within (0, 1)
  readonly horizon: number; // steps
}

/** How the forecasts of one form turned out. The last two cover the targets whose value one season before is known. */
export interface FormScores {
  readonly form: ForecastForm;
  readonly median: HorizonScore;
  readonly persistence: HorizonScore;
  readonly seasonal: HorizonScore;
  readonly besideSeasonal: HorizonScore; // the median
}
