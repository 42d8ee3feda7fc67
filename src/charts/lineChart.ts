import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { colourOf } from './palette.js';
import { shortNumber } from './shortNumber.js';
import { at, gridLine, picture, textAt } from './svg.js';

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly dashed?: boolean;
}

export interface LineChart {
  readonly title: string;
  readonly x: string; // what the axis is
  readonly y: string;
  readonly lines: readonly Line[];
  readonly logarithmic?: boolean; // y: values that are not positive are left out
  readonly width?: number; // pixels
  readonly height?: number;
}

const margin = { top: 64, right: 24, bottom: 46, left: 64 };

/** Lines over a common x, as SVG. The same data gives the same text. */
export function lineChart({ title, x, y, lines, logarithmic = false, width = 720, height = 400 }: LineChart): string {
  const drawn = lines.map((each) => ({
    ...each,
    points: each.points.filter(([px, py]) => Number.isFinite(px) && Number.isFinite(py) && (!logarithmic || py > 0)),
  }));
  const all = drawn.flatMap(({ points }) => points);
  const [xs, ys] = [all.map(([px]) => px), all.map(([, py]) => py)];
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  const across = scaleLinear([least(xs, 0), most(xs, 1)], [margin.left, right]);
  const range: [number, number] = [bottom, margin.top];
  const up = logarithmic
    ? scaleLog([least(ys, 0.1), most(ys, 1)], range).nice()
    : scaleLinear([Math.min(0, least(ys, 0)), most(ys, 1)], range).nice();
  const path = line<readonly [number, number]>(
    ([px]) => across(px),
    ([, py]) => up(py),
  ).digits(1);
  return picture(width, height, title, [
    ...ticksOf(up, logarithmic).flatMap((tick) => [
      gridLine(margin.left, up(tick), right, up(tick)),
      textAt(margin.left - 8, up(tick) + 4, shortNumber(tick), { anchor: 'end', size: 11, faint: true }),
    ]),
    ...across
      .ticks(8)
      .map((tick) => textAt(across(tick), bottom + 18, shortNumber(tick), { anchor: 'middle', size: 11, faint: true })),
    textAt((margin.left + right) / 2, height - 10, x, { anchor: 'middle', size: 12, faint: true }),
    textAt(16, margin.top - 14, y, { size: 12, faint: true }),
    ...drawn.map(({ points, dashed }, i) => {
      const dash = dashed ? ' stroke-dasharray="5 4"' : '';
      return `<path fill="none" stroke="${colourOf(i)}" stroke-width="2"${dash} d="${path(points) ?? ''}"/>`;
    }),
    ...legend(drawn, right),
  ]);
}

function legend(lines: readonly Line[], right: number): string[] {
  const widths = lines.map(({ name }) => 30 + 7 * name.length);
  let left = right - widths.reduce((sum, width) => sum + width, 0);
  return lines.flatMap(({ name, dashed }, i) => {
    const from = left;
    left += widths[i];
    const dash = dashed ? ' stroke-dasharray="5 4"' : '';
    const key = `<line stroke="${colourOf(i)}" stroke-width="3"${dash} x1="${at(from)}" y1="${margin.top - 18}" x2="${at(from + 16)}" y2="${margin.top - 18}"/>`;
    return [key, textAt(from + 21, margin.top - 14, name, { size: 12 })];
  });
}

/** Of a logarithmic axis whole powers of ten, at most nine of them. */
function ticksOf(scale: { ticks(count: number): number[] }, logarithmic: boolean): number[] {
  if (!logarithmic) return scale.ticks(6);
  const powers = scale.ticks(60).filter((tick) => Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9);
  const every = Math.ceil(powers.length / 9);
  return powers.filter((_, i) => i % every === 0);
}

const least = (values: readonly number[], none: number): number => (values.length > 0 ? Math.min(...values) : none);
const most = (values: readonly number[], none: number): number => (values.length > 0 ? Math.max(...values) : none);
