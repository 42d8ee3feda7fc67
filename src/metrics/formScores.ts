import { HorizonScore } from './horizonScore.js';
import { medianPlace } from './medianPlace.js';

/** What forecasts have in common: one object for all that are scored together. */
export interface ForecastForm {
  readonly model: string;
  readonly levels: readonly number[]; // ascending, within (0, 1)
  readonly horizon: number; // steps
}

/** How the forecasts of one form turned out. The last two cover the targets whose value one season before is known. */
export interface FormScores {
  readonly form: ForecastForm;
  readonly place: ReturnType<typeof medianPlace>;
  readonly median: HorizonScore;
  readonly persistence: HorizonScore;
  readonly seasonal: HorizonScore;
  readonly besideSeasonal: HorizonScore; // the median
}

/** Numbers a horizon step that the four scores keep. */
export const scoreArrays = 4 * 6;

export function formScores(form: ForecastForm): FormScores {
  const score = () => new HorizonScore(form.horizon);
  const [median, persistence, seasonal, besideSeasonal] = [score(), score(), score(), score()];
  return { form, place: medianPlace(form.levels), median, persistence, seasonal, besideSeasonal };
}
