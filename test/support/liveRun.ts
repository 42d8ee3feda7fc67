import { setImmediate as turn } from 'node:timers/promises';
import { asapScheduler, Subject, Subscription } from 'rxjs';
import { counters } from '../../src/pipeline/counters.js';
import { pipeline } from '../../src/pipeline/pipeline.js';
import { SeriesBook } from '../../src/pipeline/seriesBook.js';
import { ArithmeticStepper } from './arithmeticStepper.js';
import { BrokerSession, type Message } from './brokerSession.js';
import { InMemoryStore } from './inMemoryStore.js';
import { SettableClock } from './settableClock.js';

export interface Kill {
  readonly after: number; // share of the messages
  readonly turns: number; // of the event loop, after the last of them
  readonly unheard: number; // acknowledgements that are lost with the connection
}

export interface Weather {
  readonly kills: readonly Kill[];
  readonly together: number; // messages a turn of the event loop
  readonly stepTurns: number; // turns of the event loop a step of the model takes
  readonly commitTurns: number; // and a commit
  readonly snapshotEvery: number; // readings of a series
  readonly quietAt: readonly number[]; // shares of the messages after which all is quiet for ten minutes
}

const nowMs = Date.UTC(2025, 5, 3);
const wait = async (turns: number): Promise<void> => {
  for (let i = 0; i < turns; i++) await turn();
};

/** What a daemon leaves behind that is sent `messages`, killed and started again as the weather says: all of it a series. */
export async function live(messages: readonly Message[], weather: Weather) {
  const { together, stepTurns, commitTurns, snapshotEvery } = weather;
  const at = (share: number): number => Math.floor(share * messages.length);
  const kills = weather.kills.map((kill) => ({ ...kill, at: at(kill.after) })).sort((a, b) => a.at - b.at);
  const quietAt = new Set(weather.quietAt.map(at));
  const session = new BrokerSession(messages);
  const clock = new SettableClock(nowMs);
  let store = new InMemoryStore();
  for (;;) {
    store.gate = () => wait(commitTurns);
    const stepper = new ArithmeticStepper({ maxBatch: 3, pause: () => wait(stepTurns) });
    const book = new SeriesBook(store, () => stepper);
    await book.restore(await store.load(), () => {});
    const pulse$ = new Subject<void>();
    const subscription = new Subscription();
    const sink = { publish: () => {}, gaps: () => {} };
    const parts = { source: session, book, store, sink, clock, counters: counters(), pulse$ };
    const running$ = pipeline({ ...parts, flushMs: 0, scheduler: asapScheduler });
    const ended = new Promise<void>((complete, error) => {
      subscription.add(running$.subscribe({ complete, error }));
    });
    session.resume((packetId) => (store.readings.some((row) => row.packetId === packetId) ? 5 : 0));
    const kill = kills.shift();
    while (session.sent < (kill?.at ?? messages.length)) {
      const until = Math.min(session.sent + together, kill?.at ?? messages.length);
      let quiet = false;
      while (session.sent < until && !quiet) quiet = quietAt.delete(session.deliver());
      for (const entry of book.entries) entry.snapshotAt = Math.min(entry.snapshotAt, snapshotEvery);
      await turn();
      if (!quiet) continue;
      await idle(session);
      clock.pass(600_000);
      pulse$.next();
      await wait(messages.length * (stepTurns + commitTurns + 2));
    }
    if (!kill) {
      session.complete();
      await ended;
      return outcome(store, book);
    }
    await wait(kill.turns);
    subscription.unsubscribe();
    session.cut(kill.unheard);
    store = store.afterCrash();
  }
}

const idle = async (session: BrokerSession): Promise<void> => {
  while (session.acknowledged.size < session.sent) await turn();
};

function outcome({ readings, forecasts }: InMemoryStore, book: SeriesBook) {
  return [...book.entries].map((entry) => ({
    series: `${entry.id} ${entry.seriesId}`,
    readings: readings.filter(({ series }) => series === entry.id).map(({ tMs, y, flags }) => `${tMs} ${y} ${flags}`),
    forecasts: forecasts
      .filter(({ series }) => series === entry.id)
      .map(({ tick, tMs, y, values }) => `${tick} ${tMs} ${y} ${values}`),
    state: Buffer.from(entry.save()).toString('hex'),
  }));
}
