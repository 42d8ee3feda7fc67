import { type Cell, showCell } from './table.js';

/** The largest first, in percent; all of them are in csv and json. */
export function showWeights(value: Cell): string {
  if (typeof value !== 'object' || value === null) return showCell(value);
  const shares = Object.entries(value).map(([name, weight]) => [name, Math.round(100 * weight)] as const);
  const told = shares.filter(([, percent]) => percent >= 3).sort(([, a], [, b]) => b - a);
  return told.map(([name, percent]) => `${name} ${percent}`).join(', ');
}
