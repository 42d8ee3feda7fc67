import { scaleLinear, scaleUtc } from 'd3-scale';
import { area, line } from 'd3-shape';
import { colourOf } from './palette.js';
import { shortNumber } from './shortNumber.js';
import { at, gridLine, picture, textAt } from './svg.js';

/** A value as it came, and what had been said of it. NaN: not known. */
export interface ForecastPoint {
  readonly tMs: number;
  readonly actual: number;
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

export interface ForecastPanel {
  readonly title: string;
  readonly points: readonly ForecastPoint[]; // ascending in time
}

const [width, panelHeight, top] = [860, 250, 62];
const margin = { left: 64, right: 24, title: 26, bottom: 30 };

/** Actual values over the median and the band of their forecasts, a panel a forecast distance or series, as SVG. Times are UTC. */
export function forecastChart(title: string, panels: readonly ForecastPanel[], band: string): string {
  const right = width - margin.right;
  const keys: readonly [name: string, stroke: string, thick: number][] = [
    ['actual', actualColour, 3],
    ['median', colourOf(0), 3],
    [band, bandColour, 10],
  ];
  const legend = keys.flatMap(([name, stroke, thick], i) => {
    const from = margin.left + i * 150;
    const key = `<line stroke="${stroke}" stroke-width="${thick}" x1="${at(from)}" y1="44" x2="${at(from + 18)}" y2="44"/>`;
    return [key, textAt(from + 24, 48, name, { size: 12 })];
  });
  const drawn = panels.flatMap((panel, p) => drawPanel(panel, top + p * panelHeight, right));
  return picture(width, top + panels.length * panelHeight + 10, title, [...legend, ...drawn]);
}

const actualColour = colourOf(1);
const bandColour = '#9ecae1';

function drawPanel({ title, points }: ForecastPanel, y: number, right: number): string[] {
  if (points.length === 0) return [textAt(margin.left, y + 16, `${title}: nothing to show`, { size: 13, bold: true })];
  const [upper, lower] = [y + margin.title, y + panelHeight - margin.bottom];
  const values = points.flatMap(({ actual, low, median, high }) => [actual, low, median, high]).filter(Number.isFinite);
  const times = points.map(({ tMs }) => tMs);
  const across = scaleUtc([Math.min(...times), Math.max(...times)], [margin.left, right]);
  const up = scaleLinear([Math.min(...values), Math.max(...values)], [lower, upper]).nice();
  const known = (...all: number[]): boolean => all.every(Number.isFinite);
  const path = (of: (point: ForecastPoint) => number): string =>
    line<ForecastPoint>(
      ({ tMs }) => across(tMs),
      (point) => up(of(point)),
    )
      .defined((point) => known(of(point)))
      .digits(1)(points) ?? '';
  const band =
    area<ForecastPoint>(
      ({ tMs }) => across(tMs),
      ({ low }) => up(low),
      ({ high }) => up(high),
    )
      .defined(({ low, high }) => known(low, high))
      .digits(1)(points) ?? '';
  const stroked = (stroke: string, d: string): string =>
    `<path fill="none" stroke="${stroke}" stroke-width="1.6" d="${d}"/>`;
  const format = across.tickFormat();
  return [
    textAt(margin.left, y + 16, title, { size: 13, bold: true }),
    ...up
      .ticks(5)
      .flatMap((tick) => [
        gridLine(margin.left, up(tick), right, up(tick)),
        textAt(margin.left - 8, up(tick) + 4, shortNumber(tick), { anchor: 'end', size: 11, faint: true }),
      ]),
    ...across
      .ticks(8)
      .map((tick) => textAt(across(tick), lower + 18, format(tick), { anchor: 'middle', size: 11, faint: true })),
    `<path fill="${bandColour}" fill-opacity="0.55" stroke="none" d="${band}"/>`,
    stroked(
      colourOf(0),
      path(({ median }) => median),
    ),
    stroked(
      actualColour,
      path(({ actual }) => actual),
    ),
  ];
}
