import type { Database } from 'better-sqlite3';
import { unpackWeights } from '../forecast/packWeights.js';
import { StoredForecasts } from './storedForecasts.js';

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

/** What each expert had in the forecast of a series that was in force at a moment; undefined for an unknown series. */
export function weightsInForce(db: Database, series: string, atMs: number): WeightListing[] | undefined {
  const stored = StoredForecasts.of(db, series);
  if (!stored) return undefined;
  return stored.inForce(atMs).flatMap(({ id, time, issued, model }) => {
    const [weights, experts, steps] = db
      .prepare(
        'SELECT f.weights, m.experts, m.weight_steps FROM forecast f JOIN forecast_form m ON m.id = f.form WHERE f.id = ?',
      )
      .raw()
      .get(id) as (string | null)[];
    if (!weights) return [];
    const shares = unpackWeights(weights);
    const names = JSON.parse(experts!) as string[];
    return (JSON.parse(steps!) as number[]).flatMap((horizon, s) =>
      names.map((expert, e) => ({
        series,
        time,
        issued,
        model,
        horizon,
        expert,
        weight: shares[s * names.length + e],
      })),
    );
  });
}
