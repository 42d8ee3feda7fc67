import type { ApiAccuracy } from '../../http/api.js';

/** How forecasts so many steps ahead turned out, all model versions together. */
export interface HorizonError {
  readonly horizon: number;
  readonly n: number;
  readonly mae: number;
  readonly persistence: number | null; // the error of the last value, said again
  readonly coverage: number | null;
}

/** Means over versions are weighed by how many forecasts each made. MAE_persistence = MAE / (1 − skill). */
export function errorByHorizon(rows: readonly ApiAccuracy[]): HorizonError[] {
  const byHorizon = new Map<number, ApiAccuracy[]>();
  for (const row of rows) {
    if (row.horizon === null || row.mae === null || row.n === 0) continue;
    byHorizon.set(row.horizon, [...(byHorizon.get(row.horizon) ?? []), row]);
  }
  return [...byHorizon]
    .map(([horizon, versions]) => ({
      horizon,
      n: versions.reduce((sum, { n }) => sum + n, 0),
      mae: meanOf(versions, ({ mae }) => mae)!,
      persistence: meanOf(versions, persistenceOf),
      coverage: meanOf(versions, ({ coverage }) => coverage),
    }))
    .sort((a, b) => a.horizon - b.horizon);
}

function persistenceOf({ mae, skill_persistence: skill }: ApiAccuracy): number | null {
  return mae === null || skill === null || skill >= 1 ? null : mae / (1 - skill);
}

function meanOf(rows: readonly ApiAccuracy[], figure: (row: ApiAccuracy) => number | null): number | null {
  let [sum, weight] = [0, 0];
  for (const row of rows) {
    const value = figure(row);
    if (value === null) continue;
    sum += row.n * value;
    weight += row.n;
  }
  return weight > 0 ? sum / weight : null;
}
