import type { ApiForecast, ApiForecastDocument } from '../../http/api.js';

/** A published forecast as the rows that the store has of it; what it speaks of has not come yet. */
export function forecastRows(document: ApiForecastDocument): ApiForecast[] {
  const { series, time, issued, model, step, levels, values } = document;
  const [i10, i50, i90] = [0.1, 0.5, 0.9].map((level) => levels.findIndex((one) => Math.abs(one - level) < 1e-9));
  return values.map((row, i) => ({
    ...{ series, time, issued, model, horizon: i + 1, target_time: time + (i + 1) * step },
    ...{ q10: row[i10] ?? null, q50: row[i50] ?? null, q90: row[i90] ?? null, actual: null },
  }));
}
