import type { Database } from 'better-sqlite3';
import { buildForecastRun, dropForecastRun } from './forecastRuns.js';
import type { ReadingRun, WorkerOptions } from './protocol.js';
import { buildReadingRun, dropReadingRun } from './readingRuns.js';
import { RetentionClock } from './retentionClock.js';
import { tailOf } from './schema.js';

export const runSize = 4096; // rows: sorting and indexing them takes some 20 ms here, and a query scans at most so many unsorted
const pruneEveryMs = 60_000; // of running time

export interface Step {
  readonly run?: ReadingRun;
  readonly dropped?: number;
}

/** What the worker does between commits, a bounded step at a time: index what has come, delete what is old. */
export class Maintenance {
  readonly #db: Database;
  readonly #retention: WorkerOptions['retention'];
  readonly #clock: RetentionClock;
  readonly #tail: { reading: number; forecast: number };
  #pruneAtMs = 0;

  constructor(db: Database, retention: WorkerOptions['retention']) {
    this.#db = db;
    this.#retention = retention;
    const saved = db.prepare("SELECT value FROM meta WHERE key = 'retention_clock'").pluck().get() as
      | number
      | undefined;
    this.#clock = new RetentionClock(saved ?? newestTime(db));
    const rows = (table: 'reading' | 'forecast') =>
      db.prepare(`SELECT count(*) FROM ${table} WHERE id > ${tailOf[table]}`).pluck().get() as number;
    this.#tail = { reading: rows('reading'), forecast: rows('forecast') };
  }

  committed(readings: number, forecasts: number): void {
    this.#tail.reading += readings;
    this.#tail.forecast += forecasts;
  }

  /** One step, or undefined when nothing is left to do. */
  step(wallMs: number, elapsedMs: number): Step | undefined {
    const clockMs = this.#clock.now(wallMs, elapsedMs);
    if (this.#tail.reading >= runSize) {
      const run = buildReadingRun(this.#db, runSize);
      this.#tail.reading -= runSize;
      this.#saveClock();
      return { run };
    }
    if (this.#tail.forecast >= runSize) {
      buildForecastRun(this.#db, runSize);
      this.#tail.forecast -= runSize;
      return {};
    }
    if (elapsedMs < this.#pruneAtMs) return undefined;
    const pruned = this.#prune(clockMs);
    if (!pruned) this.#pruneAtMs = elapsedMs + pruneEveryMs;
    return pruned;
  }

  /** Room must be made: prune now, not in a minute. */
  hurry(): void {
    this.#pruneAtMs = 0;
  }

  /** Whether pruning might free something. */
  canPrune(wallMs: number, elapsedMs: number): boolean {
    const clockMs = this.#clock.now(wallMs, elapsedMs);
    const { readingsMs, forecastsMs } = this.#retention;
    const has = (table: string, keptMs: number | undefined): boolean =>
      keptMs !== undefined &&
      this.#db
        .prepare(`SELECT 1 FROM ${table} WHERE last_time < ? AND id < (SELECT max(id) FROM ${table}) LIMIT 1`)
        .get(clockMs - keptMs) !== undefined;
    return has('reading_run', readingsMs) || has('forecast_run', forecastsMs);
  }

  #prune(clockMs: number): Step | undefined {
    const { readingsMs, forecastsMs } = this.#retention;
    const dropped = readingsMs === undefined ? undefined : dropReadingRun(this.#db, clockMs - readingsMs);
    if (dropped !== undefined) return { dropped };
    return forecastsMs !== undefined && dropForecastRun(this.#db, clockMs - forecastsMs) ? {} : undefined;
  }

  #saveClock(): void {
    this.#db
      .prepare("INSERT INTO meta VALUES ('retention_clock', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
      .run(this.#clock.referenceMs ?? null);
  }
}

/** What a clock can be judged by that finds rows without a saved time beside them. */
function newestTime(db: Database): number | undefined {
  const newest = db
    .prepare(
      `SELECT max(issued) FROM (SELECT issued FROM forecast WHERE id > ${tailOf.forecast} ORDER BY id DESC LIMIT 1000)`,
    )
    .pluck()
    .get() as number | null;
  return newest ?? undefined;
}
