import { setImmediate as turn } from 'node:timers/promises';
import { asapScheduler, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { counters } from '../../../src/pipeline/counters.js';
import { pipeline } from '../../../src/pipeline/pipeline.js';
import type { Delivery, Forecast, Gap } from '../../../src/pipeline/ports.js';
import { SeriesBook } from '../../../src/pipeline/seriesBook.js';
import { ArithmeticStepper } from '../../support/arithmeticStepper.js';
import { arrivalMs, delivery, observation } from '../../support/deliveries.js';
import { InMemoryStore } from '../../support/inMemoryStore.js';
import { SettableClock } from '../../support/settableClock.js';

const settle = async (): Promise<void> => {
  for (let i = 0; i < 12; i++) await turn();
};

/** A pipeline whose commits end when the test says so; `events` is what the outside saw, in order. */
class Rig {
  readonly deliveries$ = new Subject<Delivery>();
  readonly pulse$ = new Subject<void>();
  readonly store = new InMemoryStore();
  readonly events: string[] = [];
  readonly counters = counters();
  readonly clock = new SettableClock(arrivalMs);
  readonly book: SeriesBook;
  readonly subscription;
  #end: ((error?: Error) => void) | undefined;

  constructor() {
    const stepper = new ArithmeticStepper({ pause: () => turn() });
    this.store.gate = () =>
      new Promise((resolve, reject) => {
        this.events.push('commit');
        this.#end = (error) => (error ? reject(error) : resolve());
      });
    this.book = new SeriesBook(this.store, () => stepper);
    const { store, book, clock, pulse$ } = this;
    const sink = {
      publish: (forecasts: readonly Forecast[]) => {
        for (const { seriesId, tMs } of forecasts) this.events.push(`forecast ${seriesId}@${tMs - arrivalMs}`);
      },
      gaps: (gaps: readonly Gap[]) => {
        for (const { reason } of gaps) this.events.push(`gap ${reason}`);
      },
    };
    const parts = { source: this, book, store, sink, clock, counters: this.counters, pulse$ };
    this.subscription = pipeline({ ...parts, flushMs: 0, scheduler: asapScheduler }).subscribe({
      next: (group) => this.events.push(`done ${group.length}`),
      complete: () => this.events.push('complete'),
      error: (error) => this.events.push(`error ${error.message}`),
    });
  }

  send(name: string, tMs: number | undefined, y: number, given: Partial<Delivery> = {}): void {
    const observations = [observation(tMs === undefined ? undefined : arrivalMs + tMs, y)];
    this.deliveries$.next(delivery({ observations, acknowledge: () => this.events.push(`ack ${name}`), ...given }));
  }

  endCommit(error?: Error): void {
    const end = this.#end;
    this.#end = undefined;
    expect(end).toBeDefined();
    end?.(error);
  }

  /** What happened since it was last asked. */
  async seen(): Promise<string[]> {
    await settle();
    return this.events.splice(0);
  }
}

describe('pipeline', () => {
  it('publishes at once, and acknowledges only when the commit has ended, in order', async () => {
    const rig = new Rig();
    rig.send('a', 0, 1);
    rig.send('b', 10, 2);
    expect(await rig.seen()).toEqual(['forecast a@0', 'forecast a@10', 'commit']);
    rig.endCommit();
    expect(await rig.seen()).toEqual(['ack a', 'ack b', 'done 2']);
    expect(rig.store.readings.map(({ y }) => y)).toEqual([1, 2]);
    expect(rig.store.forecasts.length).toBe(2);
  });

  it('goes on forecasting while a commit takes its time, and commits what came meanwhile together', async () => {
    const rig = new Rig();
    rig.send('a', 0, 1);
    await settle();
    for (let i = 1; i <= 3; i++) {
      rig.send(`b${i}`, 10 * i, i);
      await settle();
    }
    expect(await rig.seen()).toEqual(['forecast a@0', 'commit', 'forecast a@10', 'forecast a@20', 'forecast a@30']);
    rig.endCommit();
    expect(await rig.seen()).toEqual(['ack a', 'done 1', 'commit']);
    rig.endCommit();
    expect(await rig.seen()).toEqual(['ack b1', 'ack b2', 'ack b3', 'done 3']);
  });

  it('does not acknowledge a redelivered message before its original is on disk', async () => {
    const rig = new Rig();
    rig.send('original', undefined, 1, { packetId: 7 });
    await settle();
    rig.send('again', undefined, 1, { packetId: 7, redelivered: true, arrivedMs: arrivalMs + 500 });
    expect(await rig.seen()).toEqual(['forecast a@0', 'commit']);
    rig.endCommit();
    expect(await rig.seen()).toEqual(['ack original', 'done 1', 'commit']);
    rig.endCommit();
    expect(await rig.seen()).toEqual(['ack again', 'done 1']);
    expect([rig.store.readings.length, rig.counters.duplicates]).toEqual([1, 1]);
  });

  it('stores a reading once that is sent twice, and acknowledges both', async () => {
    const rig = new Rig();
    rig.send('first', 5, 1);
    rig.send('second', 5, 1);
    await settle();
    rig.endCommit();
    expect(await rig.seen()).toEqual(['forecast a@5', 'commit', 'ack first', 'ack second', 'done 2']);
    expect(rig.store.readings.length).toBe(1);
  });

  it('acknowledges nothing of a commit that failed, and fails', async () => {
    const rig = new Rig();
    rig.send('a', 0, 1);
    await settle();
    rig.endCommit(new Error('disk'));
    expect(await rig.seen()).toEqual(['forecast a@0', 'commit', 'error disk']);
  });

  it('acknowledges nothing after it is left, though the commit ends', async () => {
    const rig = new Rig();
    rig.send('a', 0, 1);
    await settle();
    rig.subscription.unsubscribe();
    rig.endCommit();
    expect(await rig.seen()).toEqual(['forecast a@0', 'commit']);
  });

  it('steps, commits and acknowledges all there is before it completes, and saves every state', async () => {
    const rig = new Rig();
    rig.send('a', 0, 1);
    await turn();
    rig.send('b', 10, 2);
    rig.deliveries$.complete();
    await settle();
    while (!rig.events.includes('complete')) {
      rig.endCommit();
      await settle();
    }
    expect(rig.events.filter((event) => /ack|complete/.test(event))).toEqual(['ack a', 'ack b', 'complete']);
    const entry = rig.book.get('a');
    expect(rig.store.snapshots.get(1)).toEqual({ series: 1, readingId: 2, model: 'arithmetic', state: entry?.save() });
  });

  it('completes without a commit when nothing came', async () => {
    const rig = new Rig();
    rig.deliveries$.complete();
    expect(await rig.seen()).toEqual(['complete']);
  });

  it('acknowledges what could not be decoded once it is in quarantine', async () => {
    const rig = new Rig();
    const reject = {
      topic: 't',
      reason: 'empty',
      detail: '',
      payload: new Uint8Array(),
      arrivedMs: 0,
      countedOnly: false,
    };
    rig.deliveries$.next(delivery({ rejects: [reject], acknowledge: () => rig.events.push('ack') }));
    expect(await rig.seen()).toEqual(['commit']);
    rig.endCommit();
    expect(await rig.seen()).toEqual(['ack', 'done 1']);
    expect(rig.store.batches[0].rejects).toEqual([reject]);
  });

  it('never saves a state ahead of the readings that are committed with it', async () => {
    const rig = new Rig();
    rig.send('a', 0, 1);
    await turn();
    const entry = rig.book.get('a');
    expect(entry).toBeDefined();
    if (entry) entry.snapshotAt = 0;
    for (let i = 1; i <= 4; i++) {
      rig.send(`b${i}`, 10 * i, i);
      await turn();
    }
    await settle();
    rig.endCommit();
    await settle();
    for (const { readings, snapshots } of rig.store.batches) {
      for (const { readingId } of snapshots) expect(readings.map(({ id }) => id)).toContain(readingId);
    }
    expect(rig.store.snapshots.size).toBe(1);
  });

  it('tells of silence at a pulse', async () => {
    const rig = new Rig();
    for (let i = 0; i < 8; i++) {
      rig.send('a', 60_000 * i, i);
      rig.clock.pass(60_000);
      await turn();
    }
    await settle();
    rig.endCommit();
    await rig.seen();
    rig.clock.pass(600_000);
    rig.pulse$.next();
    expect(await rig.seen()).toContain('gap silent');
  });
});
