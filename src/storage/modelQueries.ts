import type { Database } from 'better-sqlite3';
import { reading } from './queries.js';
import { StoredForecasts } from './storedForecasts.js';

/* What the command line asks of a database about models. Times in epoch milliseconds. */

const scoredForecasts = 500; // of a series, the newest

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

/** Every version. @throws {StepcastError} STORE_MISSING, STORE_NEWER, STORE_CORRUPT, STORE_READ_ONLY or STORE_IO. */
export const listModels = async (path: string): Promise<readonly ModelListing[]> => reading(path, modelRows);

export function modelRows(db: Database, onSeries: () => void = () => {}): ModelListing[] {
  const scores = liveScores(db, onSeries);
  const rows = db.prepare('SELECT * FROM models ORDER BY name, version').all() as Omit<
    ModelListing,
    'series' | 'forecasts' | 'skill1' | 'skill'
  >[];
  return rows.map((row) => ({ ...row, ...(scores.get(`${row.name}@${row.version}`) ?? new Score()).listing }));
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

function liveScores(db: Database, onSeries: () => void): Map<string, Score> {
  const scores = new Map<string, Score>();
  const scoreOf = (label: string): Score => {
    let score = scores.get(label);
    if (!score) scores.set(label, (score = new Score()));
    return score;
  };
  for (const { series, model } of db.prepare('SELECT series, model FROM series').all() as Record<string, string>[]) {
    onSeries();
    if (model !== null) scoreOf(model).series++;
    for (const [label, { near, all }] of errorsOf(db, series)) scoreOf(label).add(near, all);
  }
  return scores;
}

/** Errors of the newest forecasts of a series, by the version that made them. */
function errorsOf(db: Database, series: string): Map<string, { near: ErrorSums; all: ErrorSums }> {
  const errors = new Map<string, { near: ErrorSums; all: ErrorSums }>();
  const stored = StoredForecasts.of(db, series);
  const forecasts = stored?.newest(scoredForecasts) ?? [];
  const actuals = stored?.actuals(forecasts) ?? new Map<number, number>();
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
