import type { Database } from 'better-sqlite3';
import { listWeights, type WeightListing } from '../listing/listWeights.js';
import { StoredForecasts } from './storedForecasts.js';

/** What each expert had in the forecast of a series that was in force at a moment; undefined for an unknown series. */
export function weightsInForce(db: Database, series: string, atMs: number): WeightListing[] | undefined {
  const stored = StoredForecasts.of(db, series);
  if (!stored) return undefined;
  return stored.inForce(atMs).flatMap((forecast) => {
    const [weights, experts, steps] = db
      .prepare(
        'SELECT f.weights, m.experts, m.weight_steps FROM forecast f JOIN forecast_form m ON m.id = f.form WHERE f.id = ?',
      )
      .raw()
      .get(forecast.id) as (string | null)[];
    if (!weights) return [];
    return listWeights(series, forecast, { weights, experts: JSON.parse(experts!), weighedSteps: JSON.parse(steps!) });
  });
}
