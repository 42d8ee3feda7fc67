import { EMPTY, lastValueFrom, map, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { counters } from '../../../../src/pipeline/counters.js';
import { admit } from '../../../../src/pipeline/operators/admit.js';
import { forecastTicks } from '../../../../src/pipeline/operators/forecastTicks.js';
import { introduce } from '../../../../src/pipeline/operators/introduce.js';
import { snapshot } from '../../../../src/pipeline/operators/snapshot.js';
import type { Delivery, Lease } from '../../../../src/pipeline/ports.js';
import { SeriesBook } from '../../../../src/pipeline/seriesBook.js';
import { Turn } from '../../../../src/pipeline/turn.js';
import type { SeriesSettings } from '../../../../src/series/types.js';
import { ArithmeticStepper } from '../../../support/arithmeticStepper.js';
import { commitBatch } from '../../../support/commitBatch.js';
import { DealtStore } from '../../../support/dealtStore.js';
import { arrivalMs, delivery, observation } from '../../../support/deliveries.js';
import { InMemoryStore } from '../../../support/inMemoryStore.js';
import { marbles } from '../../../support/marbles.js';
import { SettableClock } from '../../../support/settableClock.js';
import { eventSettings } from '../../../support/settings.js';

const minute = 60_000;

const sent = (m: number, y: number, seriesId = 'a', settings: SeriesSettings = eventSettings, partition?: number) =>
  delivery({ observations: [observation(arrivalMs + m * minute, y, { seriesId, settings })], partition });

class Worker<S extends InMemoryStore> {
  readonly store: S;
  readonly book: SeriesBook;
  readonly counters = counters();
  readonly #stepper = new ArithmeticStepper();

  constructor(store: S) {
    this.store = store;
    this.book = new SeriesBook(store, () => this.#stepper);
  }

  async take(...deliveries: Delivery[]): Promise<Turn> {
    const turn = new Turn(deliveries);
    const { book, store } = this;
    const options = { clock: new SettableClock(arrivalMs), counters: this.counters };
    const stages = [
      introduce({ book, store }),
      admit({ book, store, ...options }),
      forecastTicks(options),
      snapshot(book),
    ] as const;
    await lastValueFrom(of(turn).pipe(...stages));
    await commitBatch(store, turn);
    return turn;
  }

  state(seriesId: string): string {
    return Buffer.from(this.book.get(seriesId)!.save()).toString('hex');
  }
}

const ticksOf = (turn: Turn) => [...turn.ticks.values()].flat();

describe('introduce', () => {
  it('begins a series anew under changed settings: from its stored readings, silently, its ticks numbered on', async () => {
    const worker = new Worker(new InMemoryStore());
    await worker.take(...[0, 1, 2, 3].map((m) => sent(m, m)));
    const settings = { ...eventSettings, counter: true };
    const turn = await worker.take(sent(4, 10, 'a', settings));
    expect(turn.series).toEqual([{ id: 1, seriesId: 'a', settings }]);
    expect(ticksOf(turn).map(({ silent, tick }) => [silent, tick.y])).toEqual([
      [true, Number.NaN],
      [true, 1],
      [true, 1],
      [true, 1],
      [false, 7],
    ]);
    expect(ticksOf(turn)[4].tick.n).toBe(4);
    expect(turn.snapshots).toHaveLength(1);
  });

  it('leaves a series alone when the same settings come in another object', async () => {
    const worker = new Worker(new InMemoryStore());
    await worker.take(sent(0, 1));
    const entry = worker.book.get('a');
    expect((await worker.take(sent(1, 1, 'a', { ...eventSettings }))).series).toEqual([]);
    expect(worker.book.get('a')).toBe(entry);
  });

  it('knows what a new series looks at from what the log has of it', async () => {
    const worker = new Worker(new InMemoryStore());
    await worker.take(sent(0, 7, 'b'), sent(1, 8, 'b'));
    const covariates = [{ name: 'b', series: 'b', known: 'past' as const }];
    const turn = await worker.take(sent(2, 1, 'a', { ...eventSettings, covariates }));
    expect(worker.book.covariates.of('b')?.at(arrivalMs + 2 * minute, 5 * minute)).toBe(8);
    expect(ticksOf(turn)).toHaveLength(1);
  });

  it('passes turns on at once while nothing is needed of the store', () => {
    const { book, store } = new Worker(new InMemoryStore());
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-b--|', { a: new Turn([sent(0, 1)]), b: new Turn() });
      const count = map((turn: Turn) => turn.deliveries.length);
      expectObservable(source.pipe(introduce({ book, store }), count)).toBe('a-b--|', { a: 1, b: 0 });
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectObservable(EMPTY.pipe(introduce({ book, store }))).toBe('|');
      expectObservable(cold<Turn>('-').pipe(introduce({ book, store }))).toBe('-');
      expectObservable(throwError(() => 'e').pipe(introduce({ book, store }))).toBe('#', undefined, 'e');
    });
  });
});

describe('introduce, before a store that several processes write to', () => {
  it('acquires the series of a turn together, once', async () => {
    const worker = new Worker(new DealtStore());
    const turn = await worker.take(sent(0, 1, 'a'), sent(0, 2, 'b'), sent(1, 3, 'a'));
    await worker.take(sent(2, 1, 'b'), sent(2, 1, 'c'));
    expect(worker.store.acquired).toEqual([['a', 'b'], ['c']]);
    expect(turn.series).toEqual([]); // the store knows them since they were acquired
    expect(worker.store.readings.map(({ series }) => series)).toEqual([1, 2, 1, 2, 3]);
  });

  it('notes by which partition a series came', async () => {
    const worker = new Worker(new DealtStore());
    await worker.take(sent(0, 1, 'a', eventSettings, 4), sent(0, 2, 'b', eventSettings, 7));
    expect([worker.book.get('a')?.partition, worker.book.get('b')?.partition]).toEqual([4, 7]);
  });

  it('brings a series to where its log ends: what another process goes on with equals what one would have had', async () => {
    const wave = (m: number): number => 20 + 4 * Math.sin(m / 3) + (m % 5) / 7;
    const alone = new Worker(new DealtStore());
    const first = new Worker(new DealtStore());
    for (let m = 0; m < 400; m++) {
      await alone.take(sent(m, wave(m)));
      if (m < 350) await first.take(sent(m, wave(m)));
    }
    const second = new Worker(first.store.afterCrash());
    for (let m = 345; m < 400; m++) await second.take(sent(m, wave(m)));
    expect(second.counters.duplicates).toBe(5);
    expect(second.state('a')).toBe(alone.state('a'));
    expect(second.store.forecasts.map(({ tick, values }) => [tick, ...values])).toEqual(
      alone.store.forecasts.map(({ tick, values }) => [tick, ...values]),
    );
  });

  it('has looked up the moments that the store has not at hand, before they are admitted', async () => {
    const worker = new Worker(new DealtStore());
    await worker.take(sent(0, 1), sent(5, 2));
    const asked: unknown[] = [];
    const store = Object.assign(worker.store, {
      isAtHand: (_: number, tMs: number) => tMs > arrivalMs,
      lookUp: async (moments: readonly unknown[]) => void asked.push(...moments),
    });
    await worker.take(sent(0, 1), sent(6, 3), delivery({ observations: [observation(undefined, 4)] }));
    expect(asked).toEqual([{ series: 1, tMs: arrivalMs }]);
    expect([worker.counters.duplicates, store.readings.length]).toEqual([1, 4]);
  });

  it('leaves to the next owner what came by a lease that is over, and acquires the rest', async () => {
    const worker = new Worker(new DealtStore());
    const by = (seriesId: string, lease: Lease): Delivery => ({ ...sent(0, 1, seriesId), lease });
    const [over, held] = [{ isHeld: async () => false }, { isHeld: async () => true }];
    const turn = await worker.take(by('a', over), by('b', held), by('c', over));
    expect(worker.store.acquired).toEqual([['b']]);
    expect(turn.deliveries.map(({ lease }) => lease)).toEqual([held]);
    expect([worker.book.size, worker.store.readings.length]).toEqual([1, 1]);
    await worker.take(by('a', over));
    expect(worker.book.get('a')).toBeUndefined();
  });

  it('goes on above every place that the log has of a series', async () => {
    const first = new Worker(new DealtStore());
    for (let m = 0; m < 5; m++) await first.take(sent(m, m));
    const second = new Worker(first.store.afterCrash());
    await second.take(sent(0, 1, 'b'));
    const turn = await second.take(sent(5, 5));
    expect(turn.readings[0].id).toBe(6);
  });
});
