import Database from 'better-sqlite3';
import { StepcastError } from '../errors.js';
import { modelLabel } from '../forecast/modelContract.js';
import { type NamedVersion, type Rollback, rollbackPlan } from '../listing/rollbackPlan.js';
import type { ModelLedger, ModelVersion } from '../pipeline/modelVersions.js';
import { StoredLedger, withLedger } from './modelLedger.js';
import { reading } from './queries.js';

const answerMs = 15_000; // a daemon looks twice a second
const pollMs = 100;

/**
 * Takes the series of a model's version in use back to another one, its parent when `version` is not given. While a daemon runs on the database,
 * this only leaves a row for it: a second connection for the length of one insert, which SQLite puts in turn with the daemon's own.
 *
 * @throws {StepcastError} MODEL_MISSING when there is nothing to go back from or to; STORE_*.
 */
export async function rollBackModel(
  path: string,
  name: string,
  version: number | undefined,
  nowMs: number,
): Promise<Rollback> {
  const plan = planOf(path, name, version);
  try {
    withLedger(path, (ledger, db) => decide(plan, ledger, db, nowMs));
    return { ...plan, by: 'start' };
  } catch (error) {
    if (!(error instanceof StepcastError) || error.code !== 'STORE_LOCKED') throw error;
    return { ...plan, by: await ask(path, plan, nowMs) };
  }
}

type Plan = Omit<Rollback, 'by'>;

const planOf = (path: string, name: string, version: number | undefined): Plan =>
  reading(path, (db) => {
    const versions = db.prepare('SELECT version, state, parent FROM models WHERE name = ?').all(name) as NamedVersion[];
    const known = db.prepare("SELECT 1 FROM models WHERE name || '@' || version = ?");
    const found = rollbackPlan(name, version, versions, (label) => known.get(label) !== undefined);
    const series = db.prepare('SELECT count(*) FROM series WHERE model = ?').pluck().get(found.source) as number;
    return { ...found, series };
  });

/** Without a daemon: decided now; the series go over when the next one starts, by the request that is left for it. */
function decide({ source, target, series }: Plan, ledger: ModelLedger, db: Database.Database, nowMs: number): void {
  const changed = ledger
    .versions()
    .flatMap((one): ModelVersion[] =>
      modelLabel(one) === source
        ? [{ ...one, state: 'rolled-back' }]
        : modelLabel(one) === target
          ? [{ ...one, state: 'active' }]
          : [],
    );
  db.transaction(() => {
    ledger.write({
      versions: changed,
      decisions: [
        {
          ...{ timeMs: nowMs, kind: 'rollback', model: source, series: undefined, verdict: 'rolled-back' },
          ...{ reason: 'asked for by hand', figures: { target, series }, durationMs: 0 },
        },
      ],
    });
    request(db, source, target, true, nowMs);
  })();
}

async function ask(path: string, { source, target }: Plan, nowMs: number): Promise<'daemon' | 'waiting'> {
  const db = new Database(path, { timeout: 5000, fileMustExist: true });
  try {
    db.pragma('synchronous = FULL');
    const id = request(db, source, target, false, nowMs);
    const ledger = new StoredLedger(db, () => {});
    for (const end = performance.now() + answerMs; performance.now() < end; ) {
      if (!ledger.requests().some((open) => open.id === id)) return 'daemon';
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    return 'waiting';
  } finally {
    db.close();
  }
}

const request = (db: Database.Database, source: string, target: string, decided: boolean, nowMs: number): number =>
  Number(
    db.prepare('INSERT INTO model_request VALUES (NULL, ?, ?, ?, ?)').run(nowMs, source, target, decided ? 1 : 0)
      .lastInsertRowid,
  );
