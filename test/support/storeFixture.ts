import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CommitBatch, ForecastRow, ReadingRow, Store, StoredState } from '../../src/pipeline/ports.js';
import { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from '../../src/storage/sqliteStore.js';
import { bundle } from './bundle.js';
import { eventSettings } from './settings.js';

export const startMs = Date.UTC(2026, 0, 5);
export const minute = 60_000;
export const modelName = 'gru-base@1';
export const levels: readonly number[] = [0.1, 0.5, 0.9];

let worker: Promise<string> | undefined;

/** Stores in a folder of their own, closed and removed by `clean`. */
export class StoreFixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'stepcast-store-'));
  readonly path = join(this.folder, 'test.db');
  readonly #open: SqliteStore[] = [];

  async open(options: Partial<SqliteStoreOptions> = {}): Promise<SqliteStore> {
    worker ??= bundle('src/storage/storageWorker.ts');
    const workerUrl = pathToFileURL(await worker);
    const store = await openSqliteStore({ path: this.path, workerUrl, nowMs: () => startMs, ...options });
    this.#open.push(store);
    return store;
  }

  async clean(): Promise<void> {
    for (const store of this.#open) await store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const emptyBatch: CommitBatch = {
  series: [],
  readings: [],
  forecasts: [],
  snapshots: [],
  summaries: [],
  rejects: [],
  gaps: [],
  decisions: [],
};

export const seriesRow = (id: number) => ({ id, seriesId: `sensors/${id}`, settings: eventSettings });

export const readingRow = (id: number, series: number, tMs: number, y: number, packetId = -1): ReadingRow => ({
  ...{ id, series, tMs, y, packetId },
  flags: 0,
});

/** A forecast whose quantiles at h steps are y + h/10 − 1, y + h/10 and y + h/10 + 1. */
export function forecastRow(
  id: number,
  series: number,
  tick: number,
  tMs: number,
  y: number,
  horizon = 3,
): ForecastRow {
  const values = Float64Array.from({ length: 3 * horizon }, (_, i) =>
    Number((y + (Math.floor(i / 3) + 1) / 10 + (i % 3) - 1).toFixed(2)),
  );
  const head = { id, series, tick, tMs, issuedMs: tMs + 12, y, stepMs: minute, model: modelName, levels };
  return { ...head, values, decimals: 2, weights: new Float64Array() };
}

/** Round after round of one reading and one forecast a series, a minute apart; reading n of a series has the value n. */
export function rounds(series: number, from: number, to: number): { readings: ReadingRow[]; forecasts: ForecastRow[] } {
  const readings: ReadingRow[] = [];
  const forecasts: ForecastRow[] = [];
  for (let n = from; n < to; n++) {
    for (let s = 1; s <= series; s++) {
      const id = n * series + s;
      readings.push(readingRow(id, s, startMs + n * minute, n));
      forecasts.push(forecastRow(id, s, n, startMs + n * minute, n));
    }
  }
  return { readings, forecasts };
}

export async function replayed(store: Store, state: StoredState): Promise<ReadingRow[]> {
  const rows: ReadingRow[] = [];
  for await (const chunk of store.replay(state)) rows.push(...chunk);
  return rows;
}

/** Waits until the store says so: what the worker does between commits is told, but not awaited by anyone. */
export async function until(condition: () => boolean, timeoutMs = 20_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error('it never came true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
