import type pg from 'pg';
import type { StepcastError } from '../errors.js';
import type { ModelLedger } from '../pipeline/modelVersions.js';
import type { CommitBatch, ForecastPlace, NamedSeries, ReadingRow, Store, StoredState } from '../pipeline/ports.js';
import { acquireSeries } from './acquireSeries.js';
import { Database } from './database.js';
import { dayOf, dropDays, prepareDays } from './days.js';
import { type FleetModels, fleetModels } from './fleetModels.js';
import { ForecastForms } from './forecastForms.js';
import { migrate } from './migrate.js';
import { postgresError } from './postgresError.js';
import { PostgresLedger } from './postgresLedger.js';
import { StagedRows } from './stagedRows.js';
import { forecastPlaces, readingsAt, recentReadings, replayAfter } from './storedLog.js';
import { TakenReadings } from './takenReadings.js';
import { writeBatch } from './writeBatch.js';

const connections = 3; // one that commits, one that reads, one that drops old days
const dropEveryMs = 600_000;

export interface PostgresStoreOptions {
  readonly url: string;
  readonly retention?: { readonly readingsMs?: number; readonly forecastsMs?: number }; // absent: for ever
  readonly onProblem?: (problem: StepcastError | undefined) => void; // work fails and is tried again; undefined: it succeeds again
  readonly answerMs?: number; // of silence, after which a connection is given up. Default: a minute
  /** Default: the clock of the server, one for all workers. */
  readonly nowMs?: () => number;
}

export interface PostgresStats {
  readonly commits: number;
  readonly readings: number; // committed by this process
  readonly forecasts: number;
  readonly pendingCommits: number;
  readonly runs: number; // of the index of an embedded store: none
  readonly longestStepMs: number;
}

export interface PostgresStore extends Store {
  readonly ledger: ModelLedger;
  readonly models: FleetModels;
  acquire(series: readonly NamedSeries[]): Promise<StoredState>;
  acquire(series: readonly NamedSeries[], isRightful?: () => Promise<boolean>): Promise<StoredState | undefined>;
  release(series: readonly number[], isGone: boolean): void;
  /** Drops the days that are over. Does so by itself now and then; returns the tables that were dropped. */
  prune(): Promise<readonly string[]>;
  stats(): PostgresStats;
  close(): Promise<void>;
}

/**
 * A database of PostgreSQL as a store that several workers write to; its tables are made when there are none.
 *
 * @throws {StepcastError} STORE_UNREACHABLE, STORE_REFUSED, STORE_NEWER.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<PostgresStore> {
  const { url, onProblem, answerMs = 60_000 } = options;
  const database = new Database({ url, connections, answerMs, onProblem });
  try {
    return await database.use('open store', async (client) => {
      await migrate(client, database.subject);
      const { rows } = await client.query(
        'INSERT INTO writer DEFAULT VALUES RETURNING id::float8 AS id, extract(epoch FROM now())::float8 * 1000 AS now',
      );
      await client.query("DELETE FROM writer WHERE seen < now() - interval '30 days'");
      await prepareDays(client, dayOf(options.nowMs?.() ?? rows[0].now));
      const store = new OpenStore(database, rows[0].id, options);
      await store.ledger.read(client);
      return store;
    });
  } catch (error) {
    await database.end();
    throw error;
  }
}

class OpenStore implements PostgresStore {
  readonly ledger: PostgresLedger;
  readonly models: FleetModels;
  readonly #database: Database;
  readonly #writer: number;
  readonly #options: PostgresStoreOptions;
  readonly #forms = new ForecastForms();
  readonly #taken = new TakenReadings();
  readonly #packets = new Map<number, ReadingRow[]>(); // of this run
  readonly #epochs = new Map<number, number>(); // of the series that are this worker's
  readonly #gone = new Set<number>(); // series that were lost since
  readonly #lastTicks = new Map<number, number>();
  readonly #acquired = new Map<number, { readonly readingId: number; readonly day: number }>(); // snapshots, as they were then
  #staged = new StagedRows();
  readonly #underway = new Set<StagedRows>();
  #turn: Promise<unknown> = Promise.resolve(); // never fails
  #sequence = 0;
  #lastDay = 0;
  #dropAtMs = performance.now() + dropEveryMs;
  #dropping: Promise<unknown> = Promise.resolve(); // never fails
  #counts = { commits: 0, readings: 0, forecasts: 0, runs: 0, longestStepMs: 0 };

  constructor(database: Database, writer: number, options: PostgresStoreOptions) {
    this.#database = database;
    this.#writer = writer;
    this.#options = options;
    this.ledger = new PostgresLedger({
      inTurn: (work) => this.#inTurn(() => database.insist('write to', work)),
      read: (work) => this.#read(work),
    });
    this.models = fleetModels(options.url, this.ledger);
  }

  /** None: series are had by `acquire`. */
  async load(): Promise<StoredState> {
    return { series: [], snapshots: new Map(), lastLogId: 0 };
  }

  acquire(series: readonly NamedSeries[]): Promise<StoredState>;
  async acquire(series: readonly NamedSeries[], isRightful?: () => Promise<boolean>): Promise<StoredState | undefined> {
    const acquired = await this.#database.insist('acquire series of', (client) =>
      acquireSeries(client, series, this.#writer, (id) => this.#epochs.has(id), isRightful),
    );
    if (!acquired) return undefined;
    let lastLogId = 0;
    const snapshots: StoredState['snapshots'] = new Map(
      acquired.flatMap(({ snapshot }) => (snapshot ? [[snapshot.series, snapshot]] : [])),
    );
    for (const { row, epoch, lastId, lastTick, snapshot, taken } of acquired) {
      this.#epochs.set(row.id, epoch);
      this.#gone.delete(row.id);
      this.#lastTicks.set(row.id, lastTick);
      this.#taken.begin(row.id, taken);
      if (snapshot) this.#acquired.set(row.id, { readingId: snapshot.readingId, day: snapshot.day });
      lastLogId = Math.max(lastLogId, lastId);
    }
    return { series: acquired.map(({ row }) => row), snapshots, lastLogId };
  }

  release(series: readonly number[], isGone: boolean): void {
    for (const id of series) {
      for (const known of [this.#epochs, this.#lastTicks, this.#acquired]) known.delete(id);
      this.#taken.forget(id);
      if (!isGone) continue;
      this.#gone.add(id);
      for (const batch of this.#underway) batch.lost.add(id);
    }
    if (isGone) this.#staged.drop(new Set(series));
  }

  async *replay({ series, snapshots }: StoredState): AsyncIterable<readonly ReadingRow[]> {
    const from = series.map(({ id }) => {
      const afterId = snapshots.get(id)?.readingId ?? 0;
      const saved = this.#acquired.get(id);
      return { series: id, afterId, day: saved?.readingId === afterId ? saved.day : 0 };
    });
    if (from.length === 0) return;
    for (let after: number | undefined = 0; after !== undefined; ) {
      const afterId: number = after;
      const { rows, next } = await this.#read((client) => replayAfter(client, from, afterId));
      if (rows.length > 0) yield rows;
      after = next;
    }
  }

  recent(series: number, count: number, upToId: number): Promise<readonly ReadingRow[]> {
    return this.#read((client) => recentReadings(client, series, count, upToId));
  }

  lastForecastTick(series: number): number {
    return this.#lastTicks.get(series) ?? -1;
  }

  async forecastPlaces(series: number, fromTick: number, afterId: number): Promise<readonly ForecastPlace[]> {
    if (this.lastForecastTick(series) < fromTick) return [];
    return this.#read((client) => forecastPlaces(client, series, fromTick, afterId));
  }

  contains(series: number, tMs: number, y: number): boolean {
    return this.#taken.has(series, tMs, y);
  }

  isAtHand(series: number, tMs: number): boolean {
    return this.#taken.reaches(series, tMs);
  }

  async lookUp(moments: readonly { readonly series: number; readonly tMs: number }[]): Promise<void> {
    this.#taken.lookedUp(await this.#read((client) => readingsAt(client, moments)));
  }

  noteTaken(row: ReadingRow): void {
    this.#taken.add(row.series, row.tMs, row.y);
    if (row.packetId < 0) return;
    const rows = this.#packets.get(row.packetId);
    if (rows) rows.push(row);
    else this.#packets.set(row.packetId, [row]);
  }

  takenByPacket(packetId: number): readonly ReadingRow[] {
    return this.#packets.get(packetId) ?? [];
  }

  forgetPacket(packetId: number | undefined): void {
    if (packetId === undefined) this.#packets.clear();
    else this.#packets.delete(packetId);
  }

  stage(batch: CommitBatch): void {
    this.#staged.add(batch, (series) => this.#epochOf(series));
  }

  async commit(): Promise<void> {
    const batch = this.#staged;
    this.#staged = new StagedRows();
    const sequence = ++this.#sequence;
    this.#underway.add(batch);
    try {
      await this.#inTurn(() => this.#write(batch, sequence));
    } finally {
      this.#underway.delete(batch);
    }
    for (const { series, tick } of batch.forecasts) {
      if (this.#lastTicks.has(series)) this.#lastTicks.set(series, tick);
    }
    for (const { model } of batch.snapshots.values()) this.ledger.hear(model);
    this.#counts.commits++;
    this.#counts.readings += batch.readings.length;
    this.#counts.forecasts += batch.forecasts.length;
    this.#maintain();
  }

  prune(): Promise<readonly string[]> {
    const { nowMs, retention = {} } = this.#options;
    const dropped = this.#dropping.then(() =>
      this.#database.use('prune', async (client) => {
        const today = dayOf(nowMs?.() ?? (await serverMs(client)));
        await prepareDays(client, today);
        return dropDays(client, { today, ...retention });
      }),
    );
    this.#dropping = dropped.catch(() => {});
    return dropped;
  }

  stats(): PostgresStats {
    return { ...this.#counts, pendingCommits: this.#underway.size };
  }

  async close(): Promise<void> {
    await this.models.stop();
    this.#database.giveUp();
    await this.#turn;
    await this.#dropping;
    await this.#database.end();
  }

  /** Where another owns series that this worker knows it lost, the rest of the batch is written without them. */
  async #write(batch: StagedRows, sequence: number): Promise<void> {
    const writer = { id: this.#writer, sequence, forms: this.#forms, dayOf: (ms: number) => this.#dayOf(ms) };
    for (;;) {
      const written = await this.#database.insist('commit to', (client) => this.#writeOnDays(client, batch, writer));
      if ('day' in written) return;
      const taken = written.fenced.filter((series) => !batch.lost.has(series));
      if (taken.length > 0) {
        throw postgresError(
          ...(['commit to', this.#database.subject, 'STORE_FENCED'] as const),
          `another worker owns ${taken.length} of its series by now; nothing was written`,
        );
      }
      batch.drop(new Set(written.fenced));
    }
  }

  async #writeOnDays(client: pg.PoolClient, batch: StagedRows, writer: Parameters<typeof writeBatch>[2]) {
    try {
      return await writeBatch(client, batch, writer);
    } catch (error) {
      if (!isMissingDay(error)) throw error;
      await client.query('ROLLBACK');
      await prepareDays(client, this.#lastDay);
      return writeBatch(client, batch, writer);
    }
  }

  /** Never an earlier day than before, though the clock of the server be set back. */
  #dayOf(serverNowMs: number): number {
    this.#lastDay = Math.max(this.#lastDay, dayOf(this.#options.nowMs?.() ?? serverNowMs));
    return this.#lastDay;
  }

  /** Undefined for a series that is gone. */
  #epochOf(series: number): number | undefined {
    const epoch = this.#epochs.get(series);
    if (epoch === undefined && !this.#gone.has(series)) {
      throw new RangeError(`PostgresStore: series ${series} was staged, and never acquired`);
    }
    return epoch;
  }

  #maintain(): void {
    const elapsedMs = performance.now();
    if (elapsedMs < this.#dropAtMs) return;
    this.#dropAtMs = elapsedMs + dropEveryMs;
    this.prune().catch((error) => {
      if (!isPassing(error))
        this.#options.onProblem?.(postgresError('prune', this.#database.subject, 'STORE_IO', `${error}`, error));
    });
  }

  #read<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.#database.insist('read', work);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }
}

/** Tried again the next time. */
const isPassing = ({ code }: { code?: string }): boolean => code === 'STORE_UNREACHABLE' || code === 'STORE_IO';

const isMissingDay = (error: unknown): boolean => (error as { code?: string }).code === '23514';

async function serverMs(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query('SELECT extract(epoch FROM now())::float8 * 1000 AS now');
  return rows[0].now;
}
