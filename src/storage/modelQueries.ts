import type { Database } from 'better-sqlite3';
import { type DecisionListing, type ModelListing, ModelScores, scoredForecasts } from '../listing/modelListing.js';
import type { SeriesListing } from '../listing/seriesItem.js';
import { reading } from './queries.js';
import { StoredForecasts } from './storedForecasts.js';

/* What the command line asks of a database about models. Times in epoch milliseconds. */

/** Every version. @throws {StepcastError} STORE_MISSING, STORE_NEWER, STORE_CORRUPT, STORE_READ_ONLY or STORE_IO. */
export const listModels = async (path: string): Promise<readonly ModelListing[]> => reading(path, modelRows);

export function modelRows(db: Database, onSeries: () => void = () => {}): ModelListing[] {
  const scores = new ModelScores();
  for (const { series, model } of db.prepare('SELECT series, model FROM series').all() as SeriesListing[]) {
    onSeries();
    const stored = StoredForecasts.of(db, series);
    const forecasts = stored?.newest(scoredForecasts) ?? [];
    scores.add(model, forecasts, stored?.actuals(forecasts) ?? new Map());
  }
  return scores.list(db.prepare('SELECT * FROM models ORDER BY name, version').all() as ModelListing[]);
}

/** What was decided about versions, by label, oldest first. */
export const listDecisions = async (path: string, labels: readonly string[]): Promise<readonly DecisionListing[]> =>
  reading(path, (db) => {
    if ((db.pragma('user_version', { simple: true }) as number) < 2) return []; // no daemon has opened it since
    return decisionRows(db, 'model IN (SELECT value FROM json_each(?))', JSON.stringify(labels));
  });

/** Those that a condition is true of, oldest first. */
export function decisionRows(db: Database, condition: string, ...values: unknown[]): DecisionListing[] {
  const rows = db.prepare(`SELECT * FROM decisions WHERE ${condition} ORDER BY time`).all(...values);
  return (rows as (Omit<DecisionListing, 'figures'> & { figures: string })[]).map((row) => ({
    ...row,
    figures: JSON.parse(row.figures),
  }));
}
