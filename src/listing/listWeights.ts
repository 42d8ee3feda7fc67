import { unpackWeights } from '../forecast/packWeights.js';
import type { StoredForecast } from './storedForecast.js';

/** A row of the view `weights`. */
export interface WeightListing {
  readonly series: string;
  readonly time: number;
  readonly issued: number;
  readonly model: string;
  readonly horizon: number;
  readonly expert: string;
  readonly weight: number;
}

/** What each expert had in a forecast. */
export function listWeights(
  series: string,
  { time, issued, model }: StoredForecast,
  { weights, experts, weighedSteps }: { weights: string; experts: readonly string[]; weighedSteps: readonly number[] },
): WeightListing[] {
  const shares = unpackWeights(weights);
  return weighedSteps.flatMap((horizon, s) =>
    experts.map((expert, e) => ({
      series,
      time,
      issued,
      model,
      horizon,
      expert,
      weight: shares[s * experts.length + e],
    })),
  );
}
