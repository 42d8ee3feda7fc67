import { type MonoTypeOperatorFunction, map, tap } from 'rxjs';
import type { LostPartition, Store } from '../ports.js';
import type { SeriesBook } from '../seriesBook.js';
import type { SeriesEntry } from '../seriesEntry.js';
import type { Turn } from '../turn.js';
import { take } from './snapshot.js';

export interface LetGoOptions {
  book: SeriesBook;
  store: Store;
}

/** Tells the store at once of what is gone: a commit may be under way that finds another its owner. */
export const heed = ({ book, store }: LetGoOptions): MonoTypeOperatorFunction<LostPartition> =>
  tap(({ partition, isGone }) => {
    if (isGone)
      store.release?.(
        entriesOf(partition, book).map(({ id }) => id),
        true,
      );
  });

/**
 * Forgets the series of partitions that go to another process: with a last snapshot while they are still this one's. Where one
 * process writes to the store nothing is another's: its series stay.
 */
export function letGo({ book, store }: LetGoOptions): MonoTypeOperatorFunction<Turn> {
  return map((turn) => {
    for (const { partition, isGone, released } of turn.lost) {
      const entries = store.acquire ? entriesOf(partition, book) : [];
      const ids = entries.map(({ id }) => id);
      if (!isGone) for (const entry of entries) if (entry.readingsSinceSnapshot > 0) take(entry, turn);
      book.drop(entries);
      if (isGone) store.release?.(ids, true);
      turn.whenCommitted.push(() => {
        if (!isGone) store.release?.(ids, false);
        released();
      });
    }
    return turn;
  });
}

const entriesOf = (partition: number, book: SeriesBook): SeriesEntry[] =>
  [...book.entries].filter((entry) => entry.partition === partition);
