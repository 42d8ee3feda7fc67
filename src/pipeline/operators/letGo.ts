import { type MonoTypeOperatorFunction, map } from 'rxjs';
import type { Store } from '../ports.js';
import type { SeriesBook } from '../seriesBook.js';
import type { Turn } from '../turn.js';
import { take } from './snapshot.js';

export interface LetGoOptions {
  book: SeriesBook;
  store: Store;
}

/**
 * Forgets the series of partitions that go to another process: with a last snapshot while they are still this one's. Where one
 * process writes to the store nothing is another's: its series stay.
 */
export function letGo({ book, store }: LetGoOptions): MonoTypeOperatorFunction<Turn> {
  return map((turn) => {
    for (const { partition, isGone, released } of turn.lost) {
      const entries = store.acquire ? [...book.entries].filter((entry) => entry.partition === partition) : [];
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
