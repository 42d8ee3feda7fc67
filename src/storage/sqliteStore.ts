import { existsSync, realpathSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { StepcastError } from '../errors.js';
import type { ModelLedger } from '../pipeline/modelVersions.js';
import type { CommitBatch, ForecastPlace, ReadingRow, Store, StoredState } from '../pipeline/ports.js';
import { inspectFile } from './inspectFile.js';
import { lastForecastTicks } from './lastForecastTicks.js';
import { StoredLedger } from './modelLedger.js';
import { ledgerRows, PacketLedger } from './packetLedger.js';
import type { WorkerReply } from './protocol.js';
import { StagedBatch } from './stagedBatch.js';
import { StoredLog } from './storedLog.js';
import { toStoreError } from './storeError.js';
import { TakenReadings } from './takenReadings.js';
import { WorkerClient } from './workerClient.js';
import { takeWriterLock } from './writerLock.js';

export interface SqliteStoreOptions {
  path: string;
  workerUrl?: URL;
  retention?: { readonly readingsMs?: number; readonly forecastsMs?: number }; // absent: for ever
  nowMs: () => number;
  onProblem?: (problem: StepcastError | undefined) => void; // commits fail and are tried again; undefined: they succeed again
}

export interface StoreStats {
  readonly commits: number;
  readonly readings: number; // committed by this process
  readonly forecasts: number;
  readonly pendingCommits: number;
  readonly runs: number;
  readonly longestStepMs: number; // of what the worker does between commits
}

export interface SqliteStore extends Store {
  readonly ledger: ModelLedger;
  stats(): StoreStats;
  close(): Promise<void>;
}

/**
 * Opens a database as its only writer, and makes it when there is none.
 *
 * @throws {StepcastError} STORE_LOCKED, STORE_NEWER, STORE_CORRUPT, STORE_READ_ONLY, STORE_FULL or STORE_IO.
 */
export async function openSqliteStore({
  path,
  workerUrl = new URL('./storageWorker.js', import.meta.url),
  retention = {},
  nowMs,
  onProblem = () => {},
}: SqliteStoreOptions): Promise<SqliteStore> {
  const op = 'open store';
  inspectFile(op, path, 'write');
  const file = existsSync(path) ? realpathSync(path) : path; // the lock stands beside the file, by whatever name it is opened
  const unlock = takeWriterLock(file);
  let worker: WorkerClient | undefined;
  let db: Database.Database | undefined;
  try {
    let onEvent = (_: Maintained): void => {};
    worker = await WorkerClient.start({
      ...{ path: file, retention, workerUrl, onProblem },
      onEvent: (event) => onEvent(event),
    });
    db = new Database(file, { readonly: true, timeout: 5000 });
    const store = new OpenStore(file, db, worker, nowMs, unlock);
    onEvent = (event) => store.maintained(event);
    return store;
  } catch (error) {
    db?.close();
    await worker?.close();
    unlock();
    throw toStoreError(op, path, error);
  }
}

type Maintained = Extract<WorkerReply, { kind: 'maintained' }>;

class OpenStore implements SqliteStore {
  readonly ledger: ModelLedger;
  readonly #path: string;
  readonly #db: Database.Database;
  readonly #worker: WorkerClient;
  readonly #nowMs: () => number;
  readonly #unlock: () => void;
  readonly #log: StoredLog;
  readonly #taken: TakenReadings;
  readonly #packets = new PacketLedger();
  readonly #staged = new StagedBatch();
  readonly #lastTicks: Map<number, number>;
  #lastId: number; // of the readings taken
  #packetFloor: number | undefined; // to be written with the next commit
  #counts = { commits: 0, readings: 0, forecasts: 0, longestStepMs: 0 };

  constructor(path: string, db: Database.Database, worker: WorkerClient, nowMs: () => number, unlock: () => void) {
    this.#path = path;
    this.#db = db;
    this.#worker = worker;
    this.#nowMs = nowMs;
    this.#unlock = unlock;
    this.#log = new StoredLog(db);
    this.ledger = new StoredLedger(db, (entries) => worker.post({ kind: 'ledger', nowMs: nowMs(), ...entries }));
    this.#taken = new TakenReadings(db, this.#log.runs());
    for (const row of this.#log.tail()) this.#taken.add(row);
    this.#packets.restore(this.#log.withPacket(ledgerRows));
    this.#lastTicks = lastForecastTicks(db);
    this.#lastId = this.#log.lastId();
  }

  async load(): Promise<StoredState> {
    return this.#reading('load', () => this.#log.load());
  }

  async *replay({ snapshots }: StoredState): AsyncIterable<readonly ReadingRow[]> {
    try {
      yield* this.#log.replay(snapshots);
    } catch (error) {
      throw toStoreError('replay', this.#path, error);
    }
  }

  async recent(series: number, count: number, upToId: number): Promise<readonly ReadingRow[]> {
    return this.#reading('read', () => this.#log.recent(series, count, upToId));
  }

  lastForecastTick(series: number): number {
    return this.#lastTicks.get(series) ?? -1;
  }

  async forecastPlaces(series: number, fromTick: number, afterId: number): Promise<readonly ForecastPlace[]> {
    if (this.lastForecastTick(series) < fromTick) return [];
    return this.#reading('read', () => this.#log.forecastPlaces(series, fromTick, afterId));
  }

  contains(series: number, tMs: number, y: number): boolean {
    return this.#reading('read', () => this.#taken.has(series, tMs, y));
  }

  noteTaken(row: ReadingRow): void {
    this.#taken.add(row);
    this.#packets.add(row);
    this.#lastId = row.id;
  }

  takenByPacket(packetId: number): readonly ReadingRow[] {
    return this.#packets.under(packetId);
  }

  forgetPacket(packetId: number | undefined): void {
    if (packetId !== undefined) {
      this.#packets.forget(packetId);
      return;
    }
    this.#packets.clear();
    this.#packetFloor = this.#lastId;
  }

  stage(batch: CommitBatch): void {
    this.#staged.add(batch);
  }

  async commit(): Promise<void> {
    const sequence = this.#worker.nextSequence();
    const fields = { sequence, nowMs: this.#nowMs(), packetFloor: this.#packetFloor };
    const { request, transfer, lastTicks } = this.#staged.take(fields);
    this.#packetFloor = undefined;
    const done = this.#worker.committed(sequence);
    this.#worker.post(request, transfer);
    this.#staged.recycle(await done);
    for (const [series, tick] of lastTicks) this.#lastTicks.set(series, tick);
    this.#counts.commits++;
    this.#counts.readings += request.readingCount;
    this.#counts.forecasts += request.forecastCount;
  }

  stats(): StoreStats {
    return { ...this.#counts, pendingCommits: this.#worker.pending, runs: this.#taken.runs };
  }

  async close(): Promise<void> {
    if (!this.#db.open) return;
    this.#db.close();
    await this.#worker.close();
    this.#unlock();
  }

  maintained({ ms, run, dropped }: Maintained): void {
    this.#counts.longestStepMs = Math.max(this.#counts.longestStepMs, ms);
    if (run) this.#taken.runBuilt(run);
    if (dropped !== undefined) this.#taken.runDropped(dropped);
  }

  #reading<T>(op: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw toStoreError(op, this.#path, error);
    }
  }
}
