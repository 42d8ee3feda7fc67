import { type ForecastPanel, forecastChart } from '../charts/forecastChart.js';
import { isPostgres } from '../config/postgresAddress.js';
import { writePicture } from '../lab/writePicture.js';
import { stepsAhead } from './stepsAhead.js';

const shown = 300; // forecasts

/** Draws the newest forecasts of a series beside what came, a panel for each of `horizons`, or for the first and the last step. */
export async function plotForecasts(
  db: string,
  series: string,
  horizons: readonly number[],
  file: string,
): Promise<readonly string[]> {
  const { newestOutcomes } = await (isPostgres(db)
    ? import('../postgres/queries.js')
    : import('../storage/queries.js'));
  const panels: ForecastPanel[] = [];
  for (const horizon of horizons.length > 0 ? horizons : [1, undefined]) {
    const rows = await newestOutcomes(db, series, shown, horizon);
    const of = (value: number | null): number => value ?? Number.NaN;
    const points = rows.map(({ target_time: tMs, actual, q10, q50, q90 }) => ({
      ...{ tMs, actual: of(actual), low: of(q10), median: of(q50), high: of(q90) },
    }));
    panels.push({ title: stepsAhead(rows[0]?.horizon ?? horizon ?? 1), points });
  }
  return writePicture(file, forecastChart(series, panels, 'q10 to q90'));
}
