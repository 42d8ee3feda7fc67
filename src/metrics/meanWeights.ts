import { weighedPlace } from '../forecast/blendWeights.js';

/** By forecaster, 0…1. */
export type Weights = Readonly<Record<string, number>>;

/** Whose weights are given with each forecast, and at which steps of its horizon. */
export interface WeightsForm {
  readonly experts: readonly string[];
  readonly weighedSteps: readonly number[];
}

/** Sums the weights that a blend had, forecast after forecast: [weighedSteps, experts] each. */
export class WeightSums {
  readonly form: WeightsForm;
  readonly #sums: Float64Array;
  count = 0; // forecasts

  constructor(form: WeightsForm) {
    this.form = form;
    this.#sums = new Float64Array(form.weighedSteps.length * form.experts.length);
  }

  add(weights: ArrayLike<number>): void {
    for (let i = 0; i < this.#sums.length; i++) this.#sums[i] += weights[i];
    this.count++;
  }

  /** The sum of an expert's weights over the forecasts: at the weighed step nearest to `horizon`, or the mean of all of these. */
  sum(expert: number, horizon?: number): number {
    const { experts, weighedSteps } = this.form;
    const at = (place: number): number => this.#sums[place * experts.length + expert];
    if (horizon !== undefined) return at(weighedPlace(weighedSteps, horizon));
    return weighedSteps.reduce((sum, _, place) => sum + at(place), 0) / weighedSteps.length;
  }
}

/** The mean weight of each expert over all forecasts of all `sums`; null when none came with weights. */
export function pooledWeights(sums: readonly WeightSums[], horizon?: number): Weights | null {
  const given = sums.filter(({ count }) => count > 0);
  const total = given.reduce((n, { count }) => n + count, 0);
  if (total === 0) return null;
  const means: Record<string, number> = {};
  for (const one of given)
    for (const [e, name] of one.form.experts.entries()) means[name] = (means[name] ?? 0) + one.sum(e, horizon) / total;
  return means;
}

/** The mean of several, each with the same weight; null for none. */
export function meanWeights(several: readonly Weights[]): Weights | null {
  if (several.length === 0) return null;
  const means: Record<string, number> = {};
  for (const one of several)
    for (const [name, weight] of Object.entries(one)) means[name] = (means[name] ?? 0) + weight / several.length;
  return means;
}
