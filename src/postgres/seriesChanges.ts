import type { StagedRows } from './stagedRows.js';

/** What a commit changes of a series' row. */
export interface SeriesChange {
  readonly series: number;
  readonly epoch: number; // under which it was had
  readings: number;
  firstMs: number;
  lastMs: number;
  lastValue: number; // of the newest time
  lastId: number; // place in the log
  lastTick: number; // forecast; −1: none
}

/** One for each series of a batch, ascending: two commits lock their rows in the same order. */
export function seriesChanges({ epochs, readings, forecasts }: StagedRows): readonly SeriesChange[] {
  const changes = new Map<number, SeriesChange>();
  for (const [series, epoch] of epochs) {
    changes.set(series, {
      series,
      epoch,
      readings: 0,
      firstMs: Number.POSITIVE_INFINITY,
      lastMs: Number.NEGATIVE_INFINITY,
      lastValue: 0,
      lastId: 0,
      lastTick: -1,
    });
  }
  for (const { series, id, tMs, y } of readings) {
    const change = changes.get(series)!;
    change.readings++;
    change.firstMs = Math.min(change.firstMs, tMs);
    if (tMs >= change.lastMs) {
      change.lastMs = tMs;
      change.lastValue = y;
    }
    change.lastId = Math.max(change.lastId, id);
  }
  for (const { series, id, tick } of forecasts) {
    const change = changes.get(series)!;
    change.lastId = Math.max(change.lastId, id);
    change.lastTick = Math.max(change.lastTick, tick);
  }
  return [...changes.values()].sort((a, b) => a.series - b.series);
}
