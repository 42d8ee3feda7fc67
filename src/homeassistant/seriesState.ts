/** The part of a forecast document that is shown. */
export interface ShownForecast {
  readonly series: string;
  readonly time: number;
  readonly issued: number;
  readonly model: string;
  readonly step: number;
  readonly levels: readonly number[];
  readonly values: readonly (readonly number[])[];
}

/** The recorder drops attributes of more than 16,384 bytes; what Home Assistant adds of its own needs room too. */
export const mostAttributeBytes = 14_000;
const longestSeries = 200;

/** What the sensors of a series show. `skill` as a share; told in percent. */
export const seriesState = ({ levels, values }: ShownForecast, skill: number | undefined): string => {
  const median = levels.indexOf(0.5);
  const first = values[0];
  return JSON.stringify({
    next: first[median],
    end: values[values.length - 1][median],
    low: first[0],
    high: first[first.length - 1],
    skill: skill === undefined ? null : Math.round(skill * 1000) / 10,
  });
};

/**
 * The forecast as attributes: a list of points with time, median and the outermost quantiles. One that would be too large is thinned out
 * evenly, its last point kept; `every` says to how many steps there is a point.
 */
export const forecastAttributes = (forecast: ShownForecast): string => {
  const { series, time, issued, model, step, levels, values } = forecast;
  const median = levels.indexOf(0.5);
  const horizon = values.length;
  const point = (h: number) => {
    const row = values[h - 1];
    const value = { datetime: new Date(time + h * step).toISOString(), value: row[median] };
    return levels.length > 1 ? { ...value, low: row[0], high: row[row.length - 1] } : value;
  };
  const thinned = (every: number): string => {
    const points = [];
    for (let h = horizon; h >= 1; h -= every) points.push(point(h));
    return JSON.stringify({
      forecast: points.reverse(),
      series: series.slice(0, longestSeries),
      model: model.slice(0, longestSeries),
      issued: new Date(issued).toISOString(),
      step_seconds: step / 1000,
      every,
    });
  };
  let every = 1;
  let text = thinned(every);
  while (Buffer.byteLength(text) > mostAttributeBytes) {
    every = Math.max(every + 1, Math.ceil((every * Buffer.byteLength(text)) / mostAttributeBytes));
    text = thinned(every);
  }
  return text;
};
