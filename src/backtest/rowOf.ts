import type { Forecast } from '../pipeline/ports.js';

/**
 * At which row of the table a forecast of one column was issued, asked in the order in which they are issued: the row of its time, or, of a
 * grid, the slot, counted from that of the first row.
 */
export function rowOf(timesMs: Float64Array, cadenceMs: number): (forecast: Pick<Forecast, 'tMs'>) => number {
  if (cadenceMs > 0) {
    const first = Math.floor(timesMs[0] / cadenceMs);
    return ({ tMs }) => Math.floor(tMs / cadenceMs) - first;
  }
  let row = 0;
  return ({ tMs }) => {
    while (row + 1 < timesMs.length && timesMs[row] < tMs) row++;
    return row;
  };
}
