import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { counters } from '../../../src/pipeline/counters.js';
import { admit } from '../../../src/pipeline/operators/admit.js';
import { forecastTicks } from '../../../src/pipeline/operators/forecastTicks.js';
import { introduce } from '../../../src/pipeline/operators/introduce.js';
import { snapshot } from '../../../src/pipeline/operators/snapshot.js';
import { SeriesBook } from '../../../src/pipeline/seriesBook.js';
import { Turn } from '../../../src/pipeline/turn.js';
import type { SeriesSettings } from '../../../src/series/types.js';
import { ArithmeticStepper } from '../../support/arithmeticStepper.js';
import { commitBatch } from '../../support/commitBatch.js';
import { arrivalMs, delivery, observation } from '../../support/deliveries.js';
import { InMemoryStore } from '../../support/inMemoryStore.js';
import { SettableClock } from '../../support/settableClock.js';
import { eventSettings, gridSettings } from '../../support/settings.js';

const minute = 60_000;

class Daemon {
  readonly clock = new SettableClock(arrivalMs);
  readonly store: InMemoryStore;
  readonly book: SeriesBook;
  readonly replayed: number[] = [];

  constructor(store = new InMemoryStore(), sha256 = 'arithmetic') {
    const stepper = new ArithmeticStepper({ sha256 });
    this.store = store;
    this.book = new SeriesBook(store, () => stepper);
  }

  async start(): Promise<this> {
    await this.book.restore(await this.store.load(), (count) => this.replayed.push(count));
    return this;
  }

  async turn(turn: Turn): Promise<Turn> {
    const { book, store, clock } = this;
    const options = { clock, counters: counters() };
    await lastValueFrom(
      of(turn).pipe(
        introduce({ book, store }),
        admit({ book, store, ...options }),
        forecastTicks(options),
        snapshot(book),
      ),
    );
    await commitBatch(store, turn);
    return turn;
  }

  hear(m: number, y: number, settings: SeriesSettings = eventSettings, seriesId = 'a'): Promise<Turn> {
    return this.turn(
      new Turn([delivery({ observations: [observation(arrivalMs + m * minute, y, { settings, seriesId })] })]),
    );
  }

  state(seriesId = 'a'): string {
    return Buffer.from(this.book.get(seriesId)!.save()).toString('hex');
  }

  /** What is started after this one was killed. */
  next(sha256?: string): Promise<Daemon> {
    return new Daemon(this.store.afterCrash(), sha256).start();
  }
}

const wave = (m: number): number => 20 + 4 * Math.sin(m / 3) + (m % 5) / 7;

describe('SeriesBook', () => {
  it('knows nothing in an empty store', async () => {
    const { book } = await new Daemon().start();
    expect([book.size, book.lastLogId, book.get('a')]).toEqual([0, 0, undefined]);
  });

  it('numbers series and the log on after a start', async () => {
    const daemon = await new Daemon().start();
    for (const seriesId of ['a', 'b']) await daemon.hear(0, 1, eventSettings, seriesId);
    const next = await daemon.next();
    expect([next.book.lastLogId, next.book.size]).toEqual([2, 2]);
    const turn = await next.hear(0, 1, eventSettings, 'c');
    expect([turn.series[0].id, turn.readings[0].id]).toEqual([3, 3]);
  });

  it.each([
    ['event cadence', eventSettings],
    ['a grid, in the middle of a slot', gridSettings],
    ['a meter on a grid', { ...gridSettings, counter: true }],
  ])('is after a start where it was, for %s', async (_name, settings) => {
    const daemon = await new Daemon().start();
    for (let i = 0; i < 130; i++) await daemon.hear(i * 0.4 + (i > 60 ? 9 : 0), wave(i), settings);
    expect(daemon.store.snapshots.get(1)?.readingId).toBeGreaterThan(0);
    const next = await daemon.next();
    expect(next.state()).toBe(daemon.state());
    expect(next.book.get('a')).toMatchObject({
      stepMs: daemon.book.get('a')!.stepMs,
      lastReadingId: daemon.book.get('a')!.lastReadingId,
    });
  });

  it('tells how many readings it replayed, and replays none that a snapshot holds', async () => {
    const daemon = await new Daemon().start();
    for (let i = 0; i < 100; i++) await daemon.hear(i, wave(i));
    const held = daemon.store.snapshots.get(1)!.readingId;
    const next = await daemon.next();
    expect(next.replayed.at(-1)).toBe(daemon.store.readings.filter(({ id }) => id > held).length);
    expect(next.store.forecasts.length).toBe(100); // nothing was forecast anew
  });

  it('has closed the slots that the clock had closed, and no other', async () => {
    const daemon = await new Daemon().start();
    for (let m = 0; m < 6; m++) await daemon.hear(m, wave(m), gridSettings);
    daemon.clock.pass(10 * minute);
    expect((await daemon.turn(new Turn())).forecasts.map(({ tick }) => tick)).toEqual([4, 5]);
    const closed = await daemon.next();
    expect(closed.state()).toBe(daemon.state());
    await daemon.hear(20, 1, gridSettings);
    const open = await daemon.next();
    expect(open.state()).toBe(daemon.state());
    expect(open.book.get('a')?.track.dueMs).toBe(arrivalMs + 21.5 * minute);
  });

  it('leaves the first slot of a new time line open though older forecasts bear later times', async () => {
    const daemon = await new Daemon().start();
    for (let m = 0; m < 6; m++) await daemon.hear(m, wave(m), gridSettings);
    for (let i = 0; i < 30; i++) await daemon.hear(-600 + i, wave(i), gridSettings);
    const next = await daemon.next();
    expect(next.book.get('a')?.track.dueMs).toBeDefined();
    expect(next.state()).toBe(daemon.state());
  });

  it('closes by the clock, after a start, a slot of a sensor that is not heard again', async () => {
    const daemon = await new Daemon().start();
    await daemon.hear(0, 1, gridSettings);
    const next = await daemon.next();
    expect((await next.turn(new Turn())).forecasts).toEqual([]);
    next.clock.pass(2 * minute);
    expect((await next.turn(new Turn())).forecasts.map(({ tick, y }) => [tick, y])).toEqual([[0, 1]]);
  });

  it('builds a state anew from the log when the model is another, and numbers its ticks on', async () => {
    const daemon = await new Daemon().start();
    for (let i = 0; i < 120; i++) await daemon.hear(i, wave(i));
    const next = await daemon.next('another');
    const { model, forecaster, track } = next.book.get('a')!;
    expect([model.sha256, track.next]).toEqual(['another', 120]);
    expect(forecaster.past.level).toBe(daemon.book.get('a')!.forecaster.past.level);
    expect((await next.hear(120, 1)).forecasts[0].tick).toBe(120);
  });

  it('does the same when a snapshot is of another layout', async () => {
    const daemon = await new Daemon().start();
    for (let i = 0; i < 120; i++) await daemon.hear(i, wave(i));
    const store = daemon.store.afterCrash();
    const row = store.snapshots.get(1)!;
    store.snapshots.set(1, { ...row, state: row.state.map((byte, i) => (i < 8 ? 0x40 : byte)) });
    const next = await new Daemon(store).start();
    expect(next.state()).toBe(daemon.state());
  });

  it('is after a change of settings and a kill where it was, by the snapshot of that moment', async () => {
    const daemon = await new Daemon().start();
    for (let i = 0; i < 40; i++) await daemon.hear(i, wave(i));
    for (let i = 40; i < 50; i++) await daemon.hear(i, wave(i), gridSettings);
    const next = await daemon.next();
    expect(next.book.get('a')?.settings).toEqual(gridSettings);
    expect(next.state()).toBe(daemon.state());
    const ticks = daemon.store.forecasts.map(({ tick }) => tick);
    expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b));
  });

  it('finds the readings to build from when settings change right after a clean stop', async () => {
    const daemon = await new Daemon().start();
    for (let i = 0; i < 30; i++) await daemon.hear(i, wave(i));
    const entry = daemon.book.get('a')!;
    daemon.store.snapshots.set(1, {
      series: 1,
      readingId: entry.lastReadingId,
      model: 'arithmetic',
      state: entry.save(),
    });
    const next = await new Daemon(daemon.store).start();
    const turn = await next.hear(30, wave(30), { ...eventSettings, maxGapSteps: 3 });
    expect([...turn.ticks.values()].flat().length).toBe(31);
  });

  it.each(['past', 'future'] as const)(
    'tells a series after a start what it was told of others, however old their snapshots are: known %s',
    async (known) => {
      const looking = { ...gridSettings, covariates: [{ name: 'b', series: 'b', known }] };
      const daemon = await new Daemon().start();
      daemon.book.covariates.declare(looking.covariates);
      const ages: number[] = [];
      for (let i = 0; i < 60; i++) {
        await daemon.hear(i, wave(i), looking);
        for (let k = 0; k < 3; k++)
          await daemon.hear(i + k / 3 + (known === 'future' ? 3 : 0), 100 * wave(i + k), eventSettings, 'b');
        if (i % 13 !== 12) continue;
        daemon.clock.pass(10 * minute); // the clock closes the slot
        await daemon.turn(new Turn());
        await daemon.hear(i + 0.9, 7, eventSettings, 'b');
        const [a, b] = [1, 2].map((series) => daemon.store.snapshots.get(series)?.readingId ?? 0);
        ages.push(Math.sign(a - b));
        const next = await daemon.next();
        expect([next.state(), next.state('b')]).toEqual([daemon.state(), daemon.state('b')]);
        expect(next.book.get('a')!.told(tickAt(i)).covariates).toEqual(
          daemon.book.get('a')!.told(tickAt(i)).covariates,
        );
        daemon.book.get(i < 30 ? 'a' : 'b')!.snapshotAt = 0;
      }
      expect(new Set(ages)).toContain(-1);
      expect(new Set(ages)).toContain(1);
    },
  );
});

const tickAt = (m: number) => ({
  ...{ n: m, tMs: arrivalMs + m * minute, y: 0, stepMs: minute, missing: 0, restart: false },
});
