import { EMPTY, NEVER, of } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { snapshot, snapshotAll } from '../../../../src/pipeline/operators/snapshot.js';
import { SeriesBook } from '../../../../src/pipeline/seriesBook.js';
import { type SeriesEntry, snapshotEvery } from '../../../../src/pipeline/seriesEntry.js';
import { Turn } from '../../../../src/pipeline/turn.js';
import { ArithmeticStepper } from '../../../support/arithmeticStepper.js';
import { delivery } from '../../../support/deliveries.js';
import { InMemoryStore } from '../../../support/inMemoryStore.js';
import { marbles } from '../../../support/marbles.js';
import { eventSettings } from '../../../support/settings.js';

let book: SeriesBook;
beforeEach(() => {
  const stepper = new ArithmeticStepper();
  book = new SeriesBook(new InMemoryStore(), () => stepper);
});
const through = (turn: Turn): Turn => {
  of(turn).pipe(snapshot(book)).subscribe();
  return turn;
};
const heard = (...entries: SeriesEntry[]): Turn => {
  const turn = new Turn([delivery()]);
  for (const entry of entries) {
    entry.noteReading(book.nextLogId());
    turn.touched.add(entry);
  }
  return through(turn);
};

describe('snapshot', () => {
  it('saves a series at its own first moment and then after every 256th reading', () => {
    const { entry } = book.add('a', eventSettings);
    const savedAt: number[] = [];
    for (let i = 0; i < 800; i++) savedAt.push(...heard(entry).snapshots.map(({ readingId }) => readingId));
    const first = 1 + (97 % snapshotEvery);
    expect(savedAt).toEqual([first, first + snapshotEvery, first + 2 * snapshotEvery]);
  });

  it('spreads the first moments of many series over the whole interval', () => {
    const due = new Set(
      Array.from({ length: snapshotEvery }, (_, i) => book.add(`s${i}`, eventSettings).entry.snapshotAt),
    );
    expect(due.size).toBe(snapshotEvery);
    expect([Math.min(...due), Math.max(...due)]).toEqual([1, snapshotEvery]);
  });

  it('holds the state, the model it belongs to and the last reading in it', () => {
    const { entry } = book.add('a', eventSettings);
    entry.snapshotAt = 0;
    expect(heard(entry).snapshots).toEqual([{ series: 1, readingId: 1, model: 'arithmetic', state: entry.save() }]);
  });

  it('saves at a pulse a slow series whose unsaved readings hold the replay far back', () => {
    const slow = book.add('slow', eventSettings).entry;
    const fast = book.add('fast', eventSettings).entry;
    heard(slow);
    const limit = 2 * snapshotEvery * 2 + 10_000;
    while (book.lastLogId <= limit + 1) heard(fast);
    expect(through(new Turn()).snapshots.map(({ series, readingId }) => [series, readingId])).toEqual([[slow.id, 1]]);
    expect(through(new Turn()).snapshots).toEqual([]);
  });

  it('judges a slow series by the first reading that is not saved, not by the last', () => {
    const slow = book.add('slow', eventSettings).entry;
    const fast = book.add('fast', eventSettings).entry;
    heard(slow);
    while (book.lastLogId <= 2 * snapshotEvery * 2 + 10_000) heard(fast);
    heard(slow);
    expect(through(new Turn()).snapshots.map(({ series }) => series)).toEqual([slow.id]);
  });

  it('saves at most a hundred such at a pulse, and the others at the next ones', () => {
    for (let i = 0; i < 150; i++) {
      const { entry } = book.add(`slow${i}`, eventSettings);
      entry.snapshotAt = snapshotEvery;
      heard(entry);
    }
    while (book.lastLogId <= 2 * snapshotEvery * book.size + 10_150) book.nextLogId();
    expect([1, 2, 3].map(() => through(new Turn()).snapshots.length)).toEqual([100, 50, 0]);
  });

  it('describes a series when it is new and when the description changes', () => {
    const { entry } = book.add('a', eventSettings);
    entry.stepMs = 60_000;
    expect(heard(entry).summaries).toEqual([{ series: 1, stepMs: 60_000, season: 0, model: 'arithmetic@1' }]);
    expect(heard(entry).summaries).toEqual([]);
    entry.stepMs = 30_000;
    expect(heard(entry).summaries.map(({ stepMs }) => stepMs)).toEqual([30_000]);
  });

  it('passes turns on as they come, with completion and silence', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const turns = { a: new Turn(), b: new Turn() };
      const source = cold('a-b--#', turns);
      expectObservable(source.pipe(snapshot(book))).toBe('a-b--#', turns);
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectObservable(EMPTY.pipe(snapshot(book))).toBe('|');
      expectObservable(NEVER.pipe(snapshot(book))).toBe('-');
      expectObservable(cold('a-b-', turns).pipe(snapshot(book)), '^-!').toBe('a-', turns);
    });
  });
});

describe('snapshotAll', () => {
  it('saves every series with readings that no snapshot holds', () => {
    const [a, b] = ['a', 'b', 'c'].map((seriesId) => book.add(seriesId, eventSettings).entry);
    a.snapshotAt = 0;
    heard(a, b);
    expect(snapshotAll(book, new Turn()).snapshots.map(({ series }) => series)).toEqual([b.id]);
    expect(snapshotAll(book, new Turn()).snapshots).toEqual([]);
  });
});
