import { type MonoTypeOperatorFunction, map } from 'rxjs';
import { modelLabel } from '../../forecast/modelContract.js';
import type { SeriesBook } from '../seriesBook.js';
import { type SeriesEntry, snapshotEvery } from '../seriesEntry.js';
import type { Turn } from '../turn.js';

const mostForgotten = 100; // at a pulse, so that no commit is large

/**
 * Adds the snapshots that are due: of a series touched in this turn after every 256th reading, and, at a pulse, of a slow one
 * whose unsaved readings lie so far back in the log that a replay would have to begin with them.
 */
export function snapshot(book: SeriesBook): MonoTypeOperatorFunction<Turn> {
  return map((turn) => {
    for (const entry of turn.touched) {
      summarise(entry, turn);
      if (entry.readingsSinceSnapshot >= entry.snapshotAt) take(entry, turn);
    }
    if (turn.deliveries.length === 0) takeForgotten(book, turn);
    return turn;
  });
}

/** A turn that holds the snapshot of every series with readings after its last one: for a clean stop. */
export function snapshotAll(book: SeriesBook, turn: Turn): Turn {
  for (const entry of book.entries) if (entry.readingsSinceSnapshot > 0) take(entry, turn);
  return turn;
}

function takeForgotten(book: SeriesBook, turn: Turn): void {
  const farBack = book.lastLogId - 2 * snapshotEvery * book.size - 10_000;
  if (farBack <= 0) return;
  let left = mostForgotten;
  for (const entry of book.entries) {
    if (entry.readingsSinceSnapshot === 0 || entry.unsavedFromId >= farBack) continue;
    take(entry, turn);
    if (--left === 0) return;
  }
}

/** Adds a snapshot of the series as it stands. */
export function take(entry: SeriesEntry, turn: Turn): void {
  const { id, lastReadingId, modelHashes } = entry;
  turn.snapshots.push({ series: id, readingId: lastReadingId, model: modelHashes, state: entry.save() });
  entry.readingsSinceSnapshot = 0;
  entry.snapshotAt = snapshotEvery;
}

function summarise(entry: SeriesEntry, turn: Turn): void {
  const { id, stepMs, model, forecaster } = entry;
  const summary = { series: id, stepMs, season: forecaster.past.season, model: modelLabel(model) };
  const text = `${stepMs} ${summary.season} ${summary.model}`;
  if (text === entry.summary) return;
  entry.summary = text;
  turn.summaries.push(summary);
}
