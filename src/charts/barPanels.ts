import { scaleLinear } from 'd3-scale';
import { colourOf } from './palette.js';
import { shortNumber } from './shortNumber.js';
import { at, gridLine, picture, textAt } from './svg.js';

export interface Panel {
  readonly title: string; // with its unit
  readonly values: readonly number[]; // one a name; NaN leaves a bar out
}

export interface BarPanels {
  readonly title: string;
  readonly names: readonly string[];
  readonly panels: readonly Panel[];
}

const [panelWidth, gap, barHeight, top] = [330, 40, 22, 44];

/** The same things compared in several ways: a panel of horizontal bars each, two panels a row, as SVG. */
export function barPanels({ title, names, panels }: BarPanels): string {
  const label = 12 + 7.2 * Math.max(...names.map((name) => name.length));
  const panelHeight = 40 + names.length * (barHeight + 6);
  const width = 2 * panelWidth + 3 * 16 + gap;
  const height = top + Math.ceil(panels.length / 2) * panelHeight + 12;
  const drawn = panels.flatMap((panel, p) => {
    const left = 16 + (p % 2) * (panelWidth + gap);
    const y = top + Math.floor(p / 2) * panelHeight;
    const known = panel.values.filter(Number.isFinite);
    const room = panelWidth - label - 56;
    const along = scaleLinear([0, Math.max(...known, 1e-12)], [0, room]);
    const bars = names.flatMap((name, i) => {
      const barY = y + 26 + i * (barHeight + 6);
      const value = panel.values[i];
      const text = textAt(left + label - 8, barY + 15, name, { anchor: 'end', size: 12 });
      if (!Number.isFinite(value)) return [text, textAt(left + label, barY + 15, '–', { size: 12, faint: true })];
      const length = Math.max(1, along(value));
      const bar = `<rect fill="${colourOf(i)}" x="${at(left + label)}" y="${at(barY)}" width="${at(length)}" height="${barHeight}" rx="2"/>`;
      return [text, bar, textAt(left + label + length + 6, barY + 15, shortNumber(value), { size: 12, faint: true })];
    });
    const base = y + 22;
    const axis = gridLine(left + label, base, left + label, base + names.length * (barHeight + 6) + 4);
    return [textAt(left, y + 14, panel.title, { size: 13, bold: true }), axis, ...bars];
  });
  return picture(width, height, title, drawn);
}
