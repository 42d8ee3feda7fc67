import { unpackDistances } from '../forecast/packForecast.js';
import { unpackWeights } from '../forecast/packWeights.js';
import { type AccuracyRow, detailRows, summaryRows, totalRows } from '../metrics/accuracyRows.js';
import type { ForecastForm } from '../metrics/formScores.js';
import { SeriesAccuracy } from '../metrics/seriesAccuracy.js';
import type { Moment } from './postgresReader.js';

const rowsAtATime = 2000;

interface Row {
  readonly tick: number;
  readonly time: number;
  readonly value: number;
  readonly form: number;
  readonly base: number;
  readonly scale: number;
  readonly k: string;
  readonly weights: string | null;
}

export interface AccuracyQuery {
  readonly series?: string; // undefined: all, and a total
  readonly sinceMs?: number; // forecasts of readings at or after this
  readonly horizons?: readonly (number | null)[]; // null: all steps as one; undefined: that for all series, every step of one
}

/** How stored forecasts turned out, series by series, as the SQLite store tells it; `onProgress` may throw to end it. */
export async function accuracyRows(
  moment: Moment,
  { series: name, sinceMs = -8e15, horizons }: AccuracyQuery,
  onProgress: (done: number, total: number) => void,
): Promise<AccuracyRow[]> {
  const forms = await formsOf(moment);
  const limits = {
    longestHorizon: Math.max(1, ...[...forms.values()].map(({ horizon }) => horizon)),
    mostQuantiles: Math.max(1, ...[...forms.values()].map(({ horizon, levels }) => horizon * levels.length)),
  };
  const everyStep = Array.from({ length: limits.longestHorizon }, (_, i) => i + 1);
  const found = await moment.rows<{ id: number; name: string; season: number; lead: number }>(
    `SELECT d.id, d.name, coalesce(p.season, 0) AS season, coalesce(p.season * p.step, 0) AS lead
     FROM series_def d LEFT JOIN series_summary p ON p.series = d.id
     WHERE $1::text IS NULL OR d.name = $1 ORDER BY d.name COLLATE "C"`,
    [name],
  );
  const rows: AccuracyRow[] = [];
  for (const [s, { id, name: series, season, lead }] of found.entries()) {
    const accuracy = new SeriesAccuracy({ season, ...limits });
    for await (const part of partsOf(moment, id, Math.max(-8e15, sinceMs - lead))) {
      onProgress(s, found.length);
      for (const { tick, time, value, form, base, scale, k, weights } of part) {
        accuracy.observe(tick, value, time >= sinceMs);
        if (time < sinceMs) continue;
        const values = unpackDistances(k).map((distance) => (base + distance) / scale);
        accuracy.expect(forms.get(form)!, values, weights === null ? undefined : unpackWeights(weights));
      }
    }
    const make = name === undefined ? summaryRows : detailRows;
    rows.push(...make(series, accuracy, horizons ?? (name === undefined ? [null] : everyStep)));
  }
  onProgress(found.length, found.length);
  return name === undefined ? [...rows, ...totalRows(rows)] : rows;
}

async function formsOf(moment: Moment): Promise<Map<number, ForecastForm>> {
  const rows = await moment.rows<ForecastForm & { id: number; experts: string[]; weight_steps: number[] }>(
    'SELECT id, model, levels, horizon, experts, weight_steps FROM forecast_form',
  );
  return new Map(
    rows.map(({ id, model, levels, horizon, experts, weight_steps: weighedSteps }) => [
      id,
      { model, levels, horizon, weighed: { experts, weighedSteps } },
    ]),
  );
}

/** The forecasts of a series in the order of their ticks. */
async function* partsOf(moment: Moment, series: number, fromMs: number): AsyncGenerator<readonly Row[]> {
  for (let afterTick = -1; ; ) {
    const part = await moment.rows<Row>(
      `SELECT tick::float8, time, value, form, base, scale, k, weights FROM forecast
       WHERE series = $1 AND tick > $2 AND time >= $3 ORDER BY tick LIMIT ${rowsAtATime}`,
      [series, afterTick, fromMs],
    );
    yield part;
    if (part.length < rowsAtATime) return;
    afterTick = part[part.length - 1].tick;
  }
}
