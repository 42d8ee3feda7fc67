import type pg from 'pg';
import { weighedNames, weighedSteps } from '../forecast/blendWeights.js';
import type { ForecastForm } from './stagedRows.js';

const experts = [...weighedNames];

/** The rows of `forecast_form`, which all workers share: made when they are first needed, and then remembered. */
export class ForecastForms {
  readonly #ids = new Map<string, number>();

  /** @throws {RangeError} for quantiles that are no whole number of steps. */
  async idOf(client: pg.ClientBase, { model, levels, count }: ForecastForm): Promise<number> {
    const key = `${model} ${levels} ${count} ${experts}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const horizon = count / levels.length;
    if (!Number.isInteger(horizon))
      throw new RangeError(`ForecastForms: ${count} quantiles at ${levels.length} levels`);
    const at = (level: number): number | null => (levels.includes(level) ? levels.indexOf(level) : null);
    const steps = [...weighedSteps(horizon)];
    const { rows } = await client.query(
      `INSERT INTO forecast_form (key, model, levels, horizon, steps, width, i10, i50, i90, experts, weight_steps)
       VALUES ($1, $2, $3, $4, ARRAY(SELECT generate_series(1, $4)), $5, $6, $7, $8, $9, $10) ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING id`,
      [key, model, JSON.stringify(levels), horizon, levels.length, at(0.1), at(0.5), at(0.9), experts, steps],
    );
    this.#ids.set(key, rows[0].id);
    return rows[0].id;
  }
}
