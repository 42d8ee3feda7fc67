import pg from 'pg';
import { Subscription } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { counters } from '../../../src/pipeline/counters.js';
import { pipeline } from '../../../src/pipeline/pipeline.js';
import type { DecodedObservation } from '../../../src/pipeline/ports.js';
import { SeriesBook } from '../../../src/pipeline/seriesBook.js';
import { openPostgresStore, type PostgresStore } from '../../../src/postgres/postgresStore.js';
import type { SeriesSettings } from '../../../src/series/types.js';
import { ArithmeticStepper } from '../../support/arithmeticStepper.js';
import { DealingBroker, DealtSource } from '../../support/dealingBroker.js';
import { arrivalMs, observation } from '../../support/deliveries.js';
import { SettableClock } from '../../support/settableClock.js';
import { eventSettings, gridSettings } from '../../support/settings.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';

const partitions = 3;
const perSeries = 200;
const seeds = Number(process.env.STEPCAST_FLEET_SEEDS ?? 1);
const minute = 60_000;

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres(['fsync = off']); // kills, but no power cuts
});
afterAll(() => server?.stop());

/** A worker of a fleet, but for the broker's protocol. */
class Worker {
  readonly source = new DealtSource();
  readonly counters = counters();
  readonly #store: PostgresStore;
  readonly #subscription = new Subscription();
  readonly ended: Promise<void>;
  failure: unknown;

  static async start(url: string): Promise<Worker> {
    return new Worker(await openPostgresStore({ url }));
  }

  private constructor(store: PostgresStore) {
    this.#store = store;
    const stepper = new ArithmeticStepper({ maxBatch: 3 });
    const book = new SeriesBook(store, () => stepper);
    const sink = { publish: () => {}, gaps: () => {} };
    const clock = new SettableClock(arrivalMs);
    const parts = { source: this.source, book, store, sink, clock, counters: this.counters, flushMs: 5 };
    this.ended = new Promise((complete) => {
      const error = (failure: unknown) => {
        this.failure = failure;
        complete();
      };
      this.#subscription.add(pipeline(parts).subscribe({ complete, error }));
    });
  }

  /** As a process that is killed: nothing of it goes on but the commit that the server has. */
  kill(): void {
    this.#subscription.unsubscribe();
  }

  async stop(): Promise<void> {
    this.source.deliveries$.complete();
    await this.ended;
    await this.#store.close();
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

/** Two series a partition: one of events with a covariate beside it, one on a grid; now and then a reading comes twice, or late. */
function messages(): DecodedObservation[][] {
  return Array.from({ length: partitions }, (_, p) => {
    const covariates = [{ name: 'beside', series: `p${p}/grid`, known: 'past' as const }];
    const settings = { [`p${p}/grid`]: gridSettings, [`p${p}/event`]: { ...eventSettings, covariates } };
    const queue: DecodedObservation[] = [];
    for (let m = 0; m < perSeries; m++) {
      for (const [seriesId, own] of Object.entries(settings) as [string, SeriesSettings][]) {
        const y = Math.round(1000 * (20 + 4 * Math.sin((m + 11 * p) / 3) + (m % 5) / 7)) / 1000;
        queue.push(observation(arrivalMs - (perSeries - m) * minute + p, y, { seriesId, settings: own }));
        if (m % 41 === 7) queue.push(queue[queue.length - 1]);
        if (m % 53 === 9)
          queue.push({ ...queue[queue.length - 1], tMs: arrivalMs - (perSeries - m + 3) * minute + p + 1 });
      }
    }
    return queue;
  });
}

async function dump(url: string): Promise<{ readings: unknown[]; forecasts: unknown[] }> {
  const client = new pg.Client(url);
  await client.connect();
  const all = async (sql: string) => (await client.query({ text: sql, rowMode: 'array' })).rows;
  const readings = await all(
    'SELECT d.name, r.time, r.value, r.flags FROM reading r JOIN series_def d ON d.id = r.series ORDER BY d.name, r.id',
  );
  const forecasts = await all(
    `SELECT d.name, f.tick, f.time, f.value, f.base, f.scale, f.k, f.weights
     FROM forecast f JOIN series_def d ON d.id = f.series ORDER BY d.name, f.tick, f.id`,
  );
  await client.end();
  return { readings, forecasts };
}

async function finished(broker: DealingBroker, worker: Worker): Promise<void> {
  for (const end = performance.now() + 120_000; !broker.isDone; ) {
    if (worker.failure || performance.now() > end) throw worker.failure ?? new Error('not all was acknowledged');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function alone(url: string): Promise<void> {
  const broker = new DealingBroker(messages());
  const worker = await Worker.start(url);
  for (let p = 0; p < partitions; p++) broker.give(p, worker.source);
  for (let p = 0; p < partitions; p++) broker.deliver(p, Number.MAX_SAFE_INTEGER);
  await finished(broker, worker);
  await worker.stop();
}

/** The same under whatever happens in a fleet, drawn from `seed`. */
async function inAFleet(url: string, seed: number): Promise<{ handed: number; cut: number; killed: number }> {
  const broker = new DealingBroker(messages());
  const random = lcg(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)];
  const happened = { handed: 0, cut: 0, killed: 0 };
  const left: Worker[] = [];
  const workers = [await Worker.start(url), await Worker.start(url)];
  /** Kills it, if it has not ended by itself, and starts another, as a supervisor does. */
  const replace = async (worker: Worker): Promise<void> => {
    worker.kill();
    left.push(worker);
    workers.splice(workers.indexOf(worker), 1, await Worker.start(url));
    for (const own of broker.ownedBy(worker.source)) {
      broker.cut(own, false);
      broker.give(own, pick(workers).source);
    }
  };
  for (let p = 0; p < partitions; p++) broker.give(p, pick(workers).source);
  for (let round = 0; !broker.isDone; round++) {
    for (const worker of [...workers]) {
      if ((worker.failure as { code?: string } | undefined)?.code === 'STORE_FENCED') await replace(worker);
      else if (worker.failure) throw worker.failure;
    }
    for (let p = 0; p < partitions; p++) broker.deliver(p, Math.floor(random() * 40));
    if (random() < 0.5) await new Promise((resolve) => setTimeout(resolve, random() * 20));
    const p = Math.floor(random() * partitions);
    const what = random();
    if (what < 0.15) {
      const owner = workers.find(({ source }) => broker.ownedBy(source).includes(p))!;
      await broker.handBack(p, owner.ended);
      broker.give(p, pick(workers).source);
      happened.handed++;
    } else if (what < 0.4) {
      broker.cut(p, true);
      broker.give(p, pick(workers).source);
      happened.cut++;
    } else if (what < 0.5) {
      await replace(pick(workers));
      happened.killed++;
    } else if (round === 25) {
      await server.shutDown();
      await server.start();
    } else if (round === 45) {
      await server.kill();
      await server.start();
    }
  }
  for (const worker of workers) await worker.stop();
  for (const worker of left) await worker.close();
  return happened;
}

describe('workers on one PostgreSQL database', () => {
  it('leave what one undisturbed worker leaves, to the bit, though they are killed, cut off, relieved, and the server with them', async () => {
    const expectedUrl = await server.database('alone');
    await alone(expectedUrl);
    const expected = await dump(expectedUrl);
    const readings = partitions * 2 * (perSeries + Math.floor((perSeries - 10) / 53) + 1);
    expect(expected.readings).toHaveLength(readings);
    for (let seed = 1; seed <= seeds; seed++) {
      const url = await server.database(`fleet_${seed}`);
      const happened = await inAFleet(url, seed);
      const found = await dump(url);
      expect(found.readings).toEqual(expected.readings);
      expect(found.forecasts).toEqual(expected.forecasts);
      expect(Math.min(...Object.values(happened))).toBeGreaterThan(0);
    }
  });
});

/** Numbers of 0…1 (Park and Miller). */
function lcg(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
