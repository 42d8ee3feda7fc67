import { HorizonScore } from './horizonScore.js';
import { WeightSums, type WeightsForm } from './meanWeights.js';
import { medianPlace } from './medianPlace.js';

/** What forecasts have in common: one object for all that are scored together. */
export interface ForecastForm {
  readonly model: string;
  readonly levels: readonly number[]; // ascending, within (0, 1)
  readonly horizon: number; // steps
  readonly weighed?: WeightsForm; // absent: they come without weights
}

/** How the forecasts of one form turned out. `seasonal` and `besideSeasonal` cover the targets whose value one season before is known. */
export interface FormScores {
  readonly form: ForecastForm;
  readonly place: ReturnType<typeof medianPlace>;
  readonly median: HorizonScore;
  readonly persistence: HorizonScore;
  readonly seasonal: HorizonScore;
  readonly besideSeasonal: HorizonScore; // the median
  readonly weights: WeightSums;
}

/** Numbers a horizon step that the four scores keep. */
export const scoreArrays = 4 * 6;

export function formScores(form: ForecastForm): FormScores {
  const score = () => new HorizonScore(form.horizon);
  const [median, persistence, seasonal, besideSeasonal] = [score(), score(), score(), score()];
  const weights = new WeightSums(form.weighed ?? { experts: [], weighedSteps: [] });
  return { form, place: medianPlace(form.levels), median, persistence, seasonal, besideSeasonal, weights };
}
