import type { Covariate } from '../series/types.js';

/** A column of a table that others look at. */
export interface TableCovariate extends Pick<Covariate, 'name' | 'known'> {
  readonly column: string;
}

/** The settings of a series of the table: series are called as their columns. */
export const settingsOf = (covariates: readonly TableCovariate[]): Covariate[] =>
  covariates.map(({ name, column, known }) => ({ name, series: column, known }));

/** When each is known, as the metadata of a model says it. */
export const knownOf = (covariates: readonly TableCovariate[]): Record<string, TableCovariate['known']> =>
  Object.fromEntries(covariates.map(({ name, known }) => [name, known]));

/**
 * Up to which row a column that is known ahead has been heard when row `row` is: as far as the targets of that row reach. What comes true
 * stands for what was foretold.
 */
export function heardAhead(timesMs: Float64Array, cadenceMs: number, horizon: number): (row: number) => number {
  const aheadMs = (horizon + 1) * (cadenceMs || usualInterval(timesMs));
  let end = 0;
  return (row) => {
    while (end < timesMs.length && (end <= row || timesMs[end] <= timesMs[row] + aheadMs)) end++;
    return end;
  };
}

function usualInterval(timesMs: Float64Array): number {
  const intervals = timesMs.subarray(1).map((tMs, i) => tMs - timesMs[i]);
  return intervals.sort()[intervals.length >> 1] ?? 0;
}
