import type { ApiForecast } from '../../http/api.js';
import type { SeriesWindow } from './seriesWindow.js';

type Column = (number | null | undefined)[]; // null: a gap; undefined: nothing of this column at this moment

/** Columns over one rising axis of times, as uPlot takes them. */
export interface ChartColumns {
  readonly times: number[];
  readonly actual: Column;
  readonly stepLow: Column; // of what was said one step before
  readonly stepHigh: Column;
  readonly median: Column; // of the forecast looked at
  readonly low: Column;
  readonly high: Column;
}

const gapSteps = 2.5;

/**
 * The window and one forecast in it, which starts at the value it was made after. The line of what came breaks where more than two steps
 * are missing. What was said one step before is drawn where the step came, if that was before its time.
 */
export function chartColumns(
  { readings, steps }: SeriesWindow,
  forecast: readonly ApiForecast[],
  stepMs: number,
): ChartColumns {
  const made = forecast[0]?.time;
  const origin = made === undefined ? undefined : readings.findLast(({ time }) => time <= made);
  const gaps = gapsOf(
    readings.map(({ time }) => time),
    stepMs,
  );
  const said = steps.map((step, i) => ({ ...step, atMs: Math.min(step.target_time, steps[i + 1]?.time ?? Infinity) }));
  const times = [
    ...new Set([
      ...readings.map(({ time }) => time),
      ...gaps,
      ...said.map(({ atMs }) => atMs),
      ...forecast.map(({ target_time }) => target_time),
    ]),
  ].sort((a, b) => a - b);
  const place = new Map(times.map((time, i) => [time, i]));
  const column = (cells: Iterable<readonly [time: number, value: number | null]>): Column => {
    const values = new Array<number | null | undefined>(times.length).fill(undefined);
    for (const [time, value] of cells) values[place.get(time)!] = value ?? undefined;
    return values;
  };
  const actual = column(readings.map(({ time, value }) => [time, value]));
  for (const time of gaps) actual[place.get(time)!] = null;
  const of = (quantile: 'q10' | 'q50' | 'q90'): Column =>
    column([
      ...(origin ? [[origin.time, origin.value] as const] : []),
      ...forecast.map((row) => [row.target_time, row[quantile]] as const),
    ]);
  return {
    ...{ times, actual, median: of('q50'), low: of('q10'), high: of('q90') },
    stepLow: column(said.map(({ atMs, q10 }) => [atMs, q10])),
    stepHigh: column(said.map(({ atMs, q90 }) => [atMs, q90])),
  };
}

/** A moment within each stretch that lacks more than two steps. */
function gapsOf(times: readonly number[], stepMs: number): number[] {
  if (stepMs <= 0) return [];
  return times.slice(1).flatMap((time, i) => (time - times[i] > gapSteps * stepMs ? [times[i] + stepMs] : []));
}
