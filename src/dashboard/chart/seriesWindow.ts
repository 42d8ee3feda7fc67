import type { ApiForecast, ApiForecastDocument, ApiReading } from '../../http/api.js';
import { forecastRows } from './forecastRows.js';

/** What is shown of one series: its readings, and step one of every forecast, both in the order of time. */
export interface SeriesWindow {
  readonly readings: readonly ApiReading[];
  readonly steps: readonly ApiForecast[];
}

/** The window a forecast later, as long as before; unchanged when that forecast is not newer than its last one. */
export function withForecast(window: SeriesWindow, document: ApiForecastDocument, rangeMs: number): SeriesWindow {
  const previous = window.steps.at(-1);
  if (previous && document.time <= previous.time) return window;
  const [next] = forecastRows(document);
  if (!next) return window;
  const fromMs = document.time - rangeMs;
  const known = previous ? [...window.steps.slice(0, -1), { ...previous, actual: document.last }] : [];
  const isRead = (window.readings.at(-1)?.time ?? Number.NEGATIVE_INFINITY) >= document.time;
  const readings = isRead ? window.readings : [...window.readings, { time: document.time, value: document.last }];
  return {
    readings: readings.filter(({ time }) => time >= fromMs),
    steps: [...known, next].filter(({ time }) => time >= fromMs),
  };
}

/** The place of the last forecast made at or before a moment of the series' own time; the first one when there is none. */
export function stepAt(steps: readonly ApiForecast[], timeMs: number): number {
  let low = 0;
  let high = steps.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (steps[middle].time <= timeMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The moment of the series' own time at which the wall clock stood at `wallMs`; undefined outside the window. */
export function ownTimeOf(steps: readonly ApiForecast[], wallMs: number): number | undefined {
  if (steps.length === 0 || wallMs < steps[0].issued) return undefined;
  let own: number | undefined;
  for (const { time, issued } of steps) {
    if (issued > wallMs) break;
    own = time;
  }
  return own;
}
