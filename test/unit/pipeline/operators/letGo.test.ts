import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { letGo } from '../../../../src/pipeline/operators/letGo.js';
import { SeriesBook } from '../../../../src/pipeline/seriesBook.js';
import { Turn } from '../../../../src/pipeline/turn.js';
import { ArithmeticStepper } from '../../../support/arithmeticStepper.js';
import { DealtStore } from '../../../support/dealtStore.js';
import { InMemoryStore } from '../../../support/inMemoryStore.js';
import { eventSettings } from '../../../support/settings.js';

function bookOf(store: InMemoryStore): SeriesBook {
  const stepper = new ArithmeticStepper();
  const book = new SeriesBook(store, () => stepper);
  for (const [seriesId, partition] of Object.entries({ a: 1, b: 2, c: 1 })) {
    const { entry } = book.add(seriesId, eventSettings);
    entry.partition = partition;
    if (seriesId !== 'c') entry.noteReading(7);
  }
  return book;
}

function lose(book: SeriesBook, store: InMemoryStore, isGone: boolean): { turn: Turn; released: () => number } {
  let released = 0;
  const turn = new Turn([], [{ partition: 1, isGone, released: () => released++ }]);
  of(turn).pipe(letGo({ book, store })).subscribe();
  return { turn, released: () => released };
}

const names = (book: SeriesBook): string[] => [...book.entries].map(({ seriesId }) => seriesId);

describe('letGo', () => {
  it('forgets the series of a partition that is to be handed over, behind a snapshot of each that has news', () => {
    const store = new DealtStore();
    const book = bookOf(store);
    const { turn, released } = lose(book, store, false);
    expect(names(book)).toEqual(['b']);
    expect(turn.snapshots.map(({ series, readingId }) => [series, readingId])).toEqual([[1, 7]]);
    expect([store.released, released()]).toEqual([[], 0]);
    for (const call of turn.whenCommitted) call();
    expect([store.released, released()]).toEqual([[{ series: [1, 3], isGone: false }], 1]);
  });

  it('drops at once, and saves nothing, of a partition that is gone', () => {
    const store = new DealtStore();
    const book = bookOf(store);
    const { turn, released } = lose(book, store, true);
    expect(names(book)).toEqual(['b']);
    expect(turn.snapshots).toEqual([]);
    expect(store.released).toEqual([{ series: [1, 3], isGone: true }]);
    for (const call of turn.whenCommitted) call();
    expect([store.released.length, released()]).toEqual([1, 1]);
  });

  it('keeps every series where one process alone writes to the store', () => {
    const store = new InMemoryStore();
    const book = bookOf(store);
    const { turn, released } = lose(book, store, true);
    expect(names(book)).toEqual(['a', 'b', 'c']);
    for (const call of turn.whenCommitted) call();
    expect(released()).toBe(1);
  });
});
