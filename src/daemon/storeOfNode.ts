import { existsSync, rmSync } from 'node:fs';
import type { Config, DatabaseAddress } from '../config/config.js';
import type { StepcastError } from '../errors.js';
import type { ModelLedger } from '../pipeline/modelVersions.js';
import type { Store } from '../pipeline/ports.js';
import type { FleetModels } from '../postgres/fleetModels.js';
import type { StoreStats } from '../storage/sqliteStore.js';

export interface StoreOfNode extends Store {
  readonly ledger: ModelLedger;
  readonly models?: FleetModels; // of a database that workers share
  stats(): StoreStats;
  close(): Promise<void>;
}

export interface OpenedStore {
  readonly store: StoreOfNode;
  /** After it is closed: a start that was refused leaves nothing behind that was not there before. */
  undo(): void;
}

interface Parts {
  readonly nowMs: () => number;
  readonly onProblem: (problem: StepcastError | undefined) => void;
}

/** Where readings are kept: in a file of this machine, or in a database that several workers share. @throws {StepcastError} STORE_*. */
export async function storeOfNode({ store }: Config, { nowMs, onProblem }: Parts): Promise<OpenedStore> {
  const { path, postgres, retention } = store;
  if (postgres) {
    const { openPostgresStore } = await import('../postgres/postgresStore.js');
    return { store: await openPostgresStore({ url: withCredentials(postgres), retention, onProblem }), undo: () => {} };
  }
  const isNew = !existsSync(path);
  const { openSqliteStore } = await import('../storage/sqliteStore.js');
  const opened = await openSqliteStore({ path, retention, nowMs, onProblem });
  return { store: opened, undo: () => isNew && removeDatabase(path) };
}

export function withCredentials({ url, username, password }: DatabaseAddress): string {
  const full = new URL(url);
  if (username !== undefined) full.username = encodeURIComponent(username);
  if (password !== undefined) full.password = encodeURIComponent(password);
  return full.href;
}

function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-lock', '-ballast']) rmSync(`${path}${suffix}`, { force: true });
  rmSync(`${path}-models`, { recursive: true, force: true });
}
