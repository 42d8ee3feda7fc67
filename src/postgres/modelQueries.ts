import { type DecisionListing, type ModelListing, ModelScores, scoredForecasts } from '../listing/modelListing.js';
import type { Moment } from './postgresReader.js';
import { StoredForecasts } from './storedForecasts.js';

/** Every version, and how it does; `onSeries` may throw to end it. */
export async function modelRows(moment: Moment, onSeries: () => void = () => {}): Promise<ModelListing[]> {
  const scores = new ModelScores();
  const all = await moment.rows<{ id: number; model: string | null }>(
    'SELECT d.id, p.model FROM series_def d LEFT JOIN series_summary p ON p.series = d.id ORDER BY d.id',
  );
  for (const { id, model } of all) {
    onSeries();
    const stored = new StoredForecasts(moment, id);
    const forecasts = await stored.newest(scoredForecasts);
    scores.add(model, forecasts, await stored.actuals(forecasts));
  }
  return scores.list(await moment.rows<ModelListing>('SELECT * FROM models ORDER BY name COLLATE "C", version'));
}

export interface DecisionQuery {
  readonly series?: string; // and those about all that share its model
  readonly models?: readonly string[]; // NAME@VERSION
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** What was decided about versions, oldest first. */
export const decisionRows = (moment: Moment, { series, models, fromMs, toMs }: DecisionQuery) =>
  moment.rows<DecisionListing>(
    `SELECT time, kind, model, series, verdict, reason, figures, duration FROM decision
     WHERE ($1::text IS NULL OR series = $1 OR series IS NULL) AND ($2::text[] IS NULL OR model = ANY($2))
       AND ($3::float8 IS NULL OR time >= $3) AND ($4::float8 IS NULL OR time <= $4) ORDER BY time, id`,
    [series, models, fromMs, toMs],
  );
