import type { StoredForecast } from './storedForecast.js';

export const scoredForecasts = 500; // of a series, the newest

/** A row of the view `models`, and how the version does where it is in use. */
export interface ModelListing {
  readonly name: string;
  readonly version: number;
  readonly sha256: string;
  readonly state: string;
  readonly origin: string;
  readonly created: number;
  readonly parent: string | null;
  readonly series: number; // stepped through it
  readonly forecasts: number; // of its own that were scored one step ahead
  readonly skill1: number | null; // 1 − mean absolute error one step ahead / that of the last value, mean over series
  readonly skill: number | null; // the same over all steps
}

/** A row of the view `decisions`. */
export interface DecisionListing {
  readonly time: number;
  readonly kind: string;
  readonly model: string;
  readonly series: string | null;
  readonly verdict: string;
  readonly reason: string;
  readonly figures: Readonly<Record<string, unknown>>;
  readonly duration: number; // milliseconds
}

/** How versions do where they are in use. */
export class ModelScores {
  readonly #scores = new Map<string, Score>();

  /** A series, the version it is stepped through, its newest forecasts and its values by tick. */
  add(model: string | null, forecasts: readonly StoredForecast[], actuals: ReadonlyMap<number, number>): void {
    if (model !== null) this.#of(model).series++;
    for (const [label, { near, all }] of errorsOf(forecasts, actuals)) this.#of(label).add(near, all);
  }

  list(rows: readonly Omit<ModelListing, 'series' | 'forecasts' | 'skill1' | 'skill'>[]): ModelListing[] {
    return rows.map((row) => ({ ...row, ...(this.#scores.get(`${row.name}@${row.version}`) ?? new Score()).listing }));
  }

  #of(label: string): Score {
    let score = this.#scores.get(label);
    if (!score) this.#scores.set(label, (score = new Score()));
    return score;
  }
}

class Score {
  series = 0;
  forecasts = 0;
  #skill1: number[] = [];
  #skill: number[] = [];

  add(near: ErrorSums, all: ErrorSums): void {
    this.forecasts += near.count;
    if (near.persistence > 0) this.#skill1.push(1 - near.own / near.persistence);
    if (all.persistence > 0) this.#skill.push(1 - all.own / all.persistence);
  }

  get listing(): Pick<ModelListing, 'series' | 'forecasts' | 'skill1' | 'skill'> {
    const { series, forecasts } = this;
    return { series, forecasts, skill1: mean(this.#skill1), skill: mean(this.#skill) };
  }
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

class ErrorSums {
  count = 0;
  own = 0;
  persistence = 0;

  add(own: number, persistence: number): void {
    this.count++;
    this.own += Math.abs(own);
    this.persistence += Math.abs(persistence);
  }
}

/** Errors of forecasts, by the version that made them. */
function errorsOf(
  forecasts: readonly StoredForecast[],
  actuals: ReadonlyMap<number, number>,
): Map<string, { near: ErrorSums; all: ErrorSums }> {
  const errors = new Map<string, { near: ErrorSums; all: ErrorSums }>();
  for (const { model, tick, horizon, width, i50, base, scale, k, value } of forecasts) {
    let sums = errors.get(model);
    if (!sums) errors.set(model, (sums = { near: new ErrorSums(), all: new ErrorSums() }));
    for (let h = 1; i50 !== null && h <= horizon; h++) {
      const actual = actuals.get(tick + h);
      if (actual === undefined) continue;
      const median = (base + k[(h - 1) * width + i50]) / scale;
      sums.all.add(median - actual, value - actual);
      if (h === 1) sums.near.add(median - actual, value - actual);
    }
  }
  return errors;
}
