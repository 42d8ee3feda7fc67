import type { ApiLatest, ApiSeries } from '../../http/api.js';

const sparkReadings = 60;

/** A row after what has just been forecast; unchanged when it is older than what the row shows. */
export function withLatest(row: ApiSeries, { time, last, target_time, next, low, high }: ApiLatest): ApiSeries {
  if (row.last_time !== null && time <= row.last_time) return row;
  return {
    ...row,
    last_time: time,
    last_value: last,
    next: {
      ...{
        series: row.series,
        time,
        issued: row.next?.issued ?? time,
        model: row.model ?? '',
        horizon: 1,
        target_time,
      },
      ...{ q10: low, q50: next, q90: high, actual: null },
    },
    spark: [...row.spark.slice(1 - sparkReadings), { time, value: last }],
  };
}
