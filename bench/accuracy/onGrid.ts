import { readTable } from '../../src/backtest/readTable.js';
import type { Tick } from '../../src/series/types.js';

/** A column as ticks on a regular grid: the nearest slot each, the first of several, NaN where none. */
export function onGrid(path: string, column: string, stepMs: number): Tick[] {
  const { timesMs, columns } = readTable(path, { values: [column] });
  const cells = columns.get(column)!;
  const slot = (tMs: number): number => Math.round(tMs / stepMs);
  const first = slot(timesMs[0]);
  const values = new Float64Array(slot(timesMs[timesMs.length - 1]) - first + 1).fill(Number.NaN);
  for (let i = 0; i < cells.length; i++) {
    const at = slot(timesMs[i]) - first;
    if (Number.isNaN(values[at])) values[at] = cells[i];
  }
  return Array.from(values, (y, n) => ({
    ...{ n, y, stepMs, tMs: (first + n) * stepMs, missing: 0, restart: n === 0 },
  }));
}
