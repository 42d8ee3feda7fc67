import type { AccuracyMeans } from './accuracyMeans.js';
import type { SeriesAccuracy } from './seriesAccuracy.js';
import { totalAccuracy } from './totalAccuracy.js';

/** A row of a report: `series` null for all of them, `horizon` null for all steps. */
export interface AccuracyRow extends AccuracyMeans {
  readonly series: string | null;
  readonly model: string | null; // null: none was scored; several with ", " between them
  readonly horizon: number | null;
}

/** One row a horizon asked for (null: all steps as one), all model versions together. */
export const summaryRows = (
  series: string,
  accuracy: SeriesAccuracy,
  horizons: readonly (number | null)[],
): AccuracyRow[] =>
  horizons.map((horizon) => ({
    series,
    model: accuracy.models.join(', ') || null,
    horizon,
    ...accuracy.means(undefined, horizon ?? undefined),
  }));

/** One row a model version and horizon asked for, of those with a scored forecast. */
export const detailRows = (
  series: string,
  accuracy: SeriesAccuracy,
  horizons: readonly (number | null)[],
): AccuracyRow[] =>
  accuracy.models
    .flatMap((model) =>
      horizons.map((horizon) => ({ series, model, horizon, ...accuracy.means(model, horizon ?? undefined) })),
    )
    .filter(({ n }) => n > 0);

/** One row a horizon of `rows`, over all series. */
export const totalRows = (rows: readonly AccuracyRow[]): AccuracyRow[] =>
  [...new Set(rows.map(({ horizon }) => horizon))].map((horizon) => ({
    series: null,
    model: null,
    horizon,
    ...totalAccuracy(rows.filter((row) => row.horizon === horizon)),
  }));
