import { EMPTY, map, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Counters, counters } from '../../../../src/pipeline/counters.js';
import { admit } from '../../../../src/pipeline/operators/admit.js';
import type { Delivery } from '../../../../src/pipeline/ports.js';
import { SeriesBook } from '../../../../src/pipeline/seriesBook.js';
import { Turn } from '../../../../src/pipeline/turn.js';
import { ReadingFlag, type SeriesSettings } from '../../../../src/series/types.js';
import { ArithmeticStepper } from '../../../support/arithmeticStepper.js';
import { arrivalMs, delivery, observation } from '../../../support/deliveries.js';
import { InMemoryStore } from '../../../support/inMemoryStore.js';
import { marbles } from '../../../support/marbles.js';
import { SettableClock } from '../../../support/settableClock.js';
import { eventSettings, gridSettings } from '../../../support/settings.js';

const minute = 60_000;
const sent = (
  tMs: number | undefined,
  y: number,
  given: Partial<Delivery> & { settings?: SeriesSettings; sequence?: number } = {},
) =>
  delivery({ ...given, observations: [observation(tMs, y, { settings: given.settings, sequence: given.sequence })] });

class Desk {
  readonly store: InMemoryStore;
  readonly clock = new SettableClock(arrivalMs);
  readonly counters: Counters = counters();
  readonly stepper = new ArithmeticStepper();
  readonly book: SeriesBook;

  constructor(store = new InMemoryStore()) {
    this.store = store;
    this.book = new SeriesBook(store, () => this.stepper);
  }

  operator() {
    const { book, store, clock } = this;
    return admit({ book, store, clock, counters: this.counters });
  }

  take(...deliveries: Delivery[]): Turn {
    const turn = new Turn(deliveries);
    of(turn).pipe(this.operator()).subscribe();
    return turn;
  }
}

const ticksOf = (turn: Turn) => [...turn.ticks.values()].flat().map(({ tick }) => tick);

describe('admit', () => {
  it('gives a new series its row, and each reading its place, its time and its tick', () => {
    const desk = new Desk();
    const turn = desk.take(
      sent(arrivalMs - 5, 1),
      sent(undefined, 2),
      delivery({ observations: [observation(7, 3, { seriesId: 'b' })] }),
    );
    expect(turn.series).toEqual([
      { id: 1, seriesId: 'a', settings: eventSettings },
      { id: 2, seriesId: 'b', settings: eventSettings },
    ]);
    const { stamped } = ReadingFlag;
    expect(turn.readings).toEqual([
      { id: 1, series: 1, tMs: arrivalMs - 5, y: 1, flags: 0, packetId: -1 },
      { id: 2, series: 1, tMs: arrivalMs, y: 2, flags: stamped, packetId: -1 },
      { id: 3, series: 2, tMs: arrivalMs, y: 3, flags: stamped, packetId: -1 },
    ]);
    expect(ticksOf(turn).map(({ n, y }) => [n, y])).toEqual([
      [0, 1],
      [1, 2],
      [0, 3],
    ]);
    expect(desk.counters).toMatchObject({ readings: 3, clockUnset: 1, duplicates: 0 });
  });

  it('drops a repetition by series, time and value, also while the original waits for its commit', () => {
    const desk = new Desk();
    desk.take(sent(arrivalMs, 1), sent(arrivalMs + minute, 2));
    const turn = desk.take(sent(arrivalMs, 1), sent(arrivalMs + minute, 2), sent(arrivalMs + minute, 3));
    expect(turn.readings.map(({ y }) => y)).toEqual([3]);
    expect(desk.counters.duplicates).toBe(2);
  });

  it('drops a repetition of a late reading and one of an older time line', () => {
    const desk = new Desk();
    desk.take(sent(arrivalMs, 1));
    for (let i = 0; i < 35; i++) desk.take(sent(arrivalMs - 3_600_000 + 1000 * i, i));
    expect(desk.counters).toMatchObject({ late: 29, restarts: 1 });
    desk.take(sent(arrivalMs, 1), sent(arrivalMs - 3_600_000 + 3000, 3));
    expect(desk.counters.duplicates).toBe(2);
  });

  it('drops a repetition of a reading that came late because the clock had closed its slot', () => {
    const desk = new Desk();
    desk.take(sent(arrivalMs, 1, { settings: gridSettings }));
    desk.clock.pass(5 * minute);
    desk.take();
    const later = sent(arrivalMs + 20_000, 2, { settings: gridSettings });
    expect(desk.take(later).readings[0].flags).toBe(ReadingFlag.late);
    expect(desk.take(later).readings).toEqual([]);
  });

  it('knows a redelivered message without a time by its packet id and value', () => {
    const desk = new Desk();
    desk.take(sent(undefined, 5, { packetId: 9 }));
    const again = { packetId: 9, redelivered: true, arrivedMs: arrivalMs + 900 };
    expect(desk.take(sent(undefined, 5, again)).readings).toEqual([]);
    expect(desk.take(sent(undefined, 6, again)).readings.length).toBe(1);
    expect(desk.take(sent(undefined, 5, { ...again, packetId: 10 })).readings.length).toBe(1);
  });

  it('knows a redelivered message whose time was not believed the first time', () => {
    const desk = new Desk();
    const aheadMs = arrivalMs + 3 * 86_400_000;
    expect(desk.take(sent(aheadMs, 5, { packetId: 9 })).readings[0].flags).toBe(ReadingFlag.stamped);
    desk.clock.trusted = false;
    expect(desk.take(sent(aheadMs, 5, { packetId: 9, redelivered: true })).readings).toEqual([]);
  });

  it('forgets what a packet id stood for when it comes again for another message, or in another session', () => {
    const desk = new Desk();
    desk.take(sent(undefined, 5, { packetId: 9 }));
    desk.take(sent(undefined, 7, { packetId: 9 }));
    const again = { packetId: 9, redelivered: true, arrivedMs: arrivalMs + 900 };
    expect(desk.take(sent(undefined, 5, again)).readings.length).toBe(1);
    expect(desk.take(sent(undefined, 7, { ...again, session: 1 })).readings.length).toBe(1);
  });

  it('takes the times of a series that others know ahead as they are, and a forecast that goes back on itself', () => {
    const desk = new Desk();
    desk.book.covariates.declare([{ series: 'a', known: 'future' }]);
    const [soon, later] = [arrivalMs + 60 * minute, arrivalMs + 3 * 86_400_000];
    const said = [5, 6, 6, 5].flatMap((y) => desk.take(sent(later, y)).readings);
    expect(said.map(({ tMs, y }) => [tMs, y])).toEqual([5, 6, 5].map((y) => [later, y]));
    expect(desk.take(sent(soon, 1)).readings[0].tMs).toBe(soon);
    expect(desk.counters).toMatchObject({ clockAhead: 0, duplicates: 1 });
    expect([soon, later, later - 1].map((tMs) => desk.book.covariates.of('a')!.at(tMs, 10 * minute))).toEqual([
      ...[1, 5, Number.NaN],
    ]);
  });

  it('tells a tick what was known of other series when its reading came, though they came in one turn', () => {
    const desk = new Desk();
    const settings = {
      ...eventSettings,
      covariates: [
        { name: 'b', series: 'b', known: 'past' as const },
        { name: 'me', series: 'a', known: 'past' as const },
      ],
    };
    const of = (seriesId: string, m: number, y: number) =>
      delivery({
        observations: [
          observation(arrivalMs - 10 * minute + m * minute, y, { seriesId, ...(seriesId === 'a' && { settings }) }),
        ],
      });
    const turn = desk.take(
      of('a', 0, 1),
      of('b', 1, 7),
      of('a', 2, 1),
      of('b', 4, 8),
      of('a', 3, 1),
      of('b', 3, 9),
      of('a', 5, 1),
    );
    const told = ticksOf(turn).flatMap(({ covariates }) => (covariates ? [covariates.map(({ now }) => now)] : []));
    expect(told).toEqual([Number.NaN, 7, 7, 8].map((now) => [now, Number.NaN]));
  });

  it('keeps a late reading without a tick and counts it', () => {
    const desk = new Desk();
    const turn = desk.take(sent(arrivalMs, 1), sent(arrivalMs - 1, 2));
    expect(turn.readings.map(({ flags }) => flags)).toEqual([0, ReadingFlag.late]);
    expect([ticksOf(turn).length, desk.counters.late]).toEqual([1, 1]);
  });

  it('counts what could not be decoded by its reason, and passes on what is to be kept', () => {
    const desk = new Desk();
    const reject = {
      topic: 't',
      reason: '__proto__',
      detail: '',
      payload: new Uint8Array(),
      arrivedMs: 0,
      countedOnly: false,
    };
    const turn = desk.take(delivery({ rejects: [reject, reject, { ...reject, countedOnly: true }] }));
    expect(turn.rejects).toEqual([reject, reject]);
    expect(Object.entries(desk.counters.rejects)).toEqual([['__proto__', 3]]);
  });

  it('tells of numbers that the sender skipped, and not of one that began again', () => {
    const desk = new Desk();
    const turn = desk.take(...[1, 2, 5, 1, 2].map((sequence, i) => sent(arrivalMs + i * minute, i, { sequence })));
    expect(turn.gaps).toEqual([
      { seriesId: 'a', fromMs: arrivalMs + minute, toMs: arrivalMs + 2 * minute, missing: 2, reason: 'sequence' },
    ]);
  });

  it('tells of a gap in the usual pace', () => {
    const desk = new Desk();
    const turn = desk.take(...[0, 1, 2, 3, 4, 5, 6, 16].map((m) => sent(arrivalMs + m * minute, m)));
    expect(turn.gaps).toEqual([
      { seriesId: 'a', fromMs: arrivalMs + 6 * minute, toMs: arrivalMs + 16 * minute, missing: 9, reason: 'cadence' },
    ]);
    expect(desk.counters.gaps).toBe(1);
  });

  it('tells once, at a pulse, of a series that fell silent', () => {
    const desk = new Desk();
    for (let m = 0; m < 8; m++) {
      desk.take(sent(arrivalMs + m * minute, m));
      desk.clock.pass(minute);
    }
    expect(desk.take().gaps).toEqual([]);
    desk.clock.pass(4 * minute);
    expect(desk.take().gaps).toEqual([
      { seriesId: 'a', fromMs: arrivalMs + 7 * minute, toMs: arrivalMs + 12 * minute, missing: 5, reason: 'silent' },
    ]);
    expect(desk.take().gaps).toEqual([]);
  });

  it('tells of a finite gap on a grid of which no slot is closed yet', () => {
    const desk = new Desk();
    const hourly = { ...gridSettings, cadenceMs: 60 * minute, lateMs: 12 * 60 * minute };
    const turn = desk.take(
      ...[0, 1, 2, 3, 4, 5, 300].map((m) => sent(arrivalMs + m * minute, m, { settings: hourly })),
    );
    expect(turn.gaps.map(({ missing }) => missing)).toEqual([4]);
  });

  it('closes at a pulse the slots whose time is over by the pace of the node', () => {
    const desk = new Desk();
    expect(ticksOf(desk.take(sent(arrivalMs, 4, { settings: gridSettings })))).toEqual([]);
    desk.clock.pass(89_999);
    expect(ticksOf(desk.take())).toEqual([]);
    desk.clock.pass(1);
    expect(ticksOf(desk.take()).map(({ tMs, y }) => [tMs, y])).toEqual([[arrivalMs, 4]]);
  });

  it('asks for a snapshot when the clock closes a slot that gets no forecast', () => {
    const desk = new Desk();
    desk.take(sent(arrivalMs, 4, { settings: { ...gridSettings, counter: true } }));
    desk.clock.pass(2 * minute);
    expect(ticksOf(desk.take()).map(({ y }) => y)).toEqual([Number.NaN]);
    expect(desk.book.get('a')?.snapshotAt).toBe(0);
  });

  it('passes turns on as they come, with completion, errors and silence', () => {
    const desk = new Desk();
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const [a, b] = [new Turn([sent(arrivalMs, 1)]), new Turn()];
      const source = cold('a-b--|', { a, b });
      expectObservable(
        source.pipe(
          desk.operator(),
          map((turn) => turn.readings.length),
        ),
      ).toBe('a-b--|', { a: 1, b: 0 });
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectObservable(EMPTY.pipe(desk.operator())).toBe('|');
      expectObservable(cold<Turn>('-').pipe(desk.operator())).toBe('-');
      expectObservable(throwError(() => 'e').pipe(desk.operator())).toBe('#', undefined, 'e');
    });
  });

  it('admits the same readings once though two subscriptions bring them', () => {
    const desk = new Desk();
    marbles().run(({ cold, expectObservable }) => {
      const turns$ = cold('a|').pipe(
        map(() => new Turn([sent(arrivalMs, 1)])),
        desk.operator(),
        map((turn) => turn.readings.length),
      );
      expectObservable(turns$).toBe('       1|', { 1: 1 });
      expectObservable(turns$, '--^').toBe('--0|', { 0: 0 });
    });
  });
});
