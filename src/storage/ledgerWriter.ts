import type { Database } from 'better-sqlite3';
import type { Decision } from '../pipeline/modelVersions.js';
import type { LedgerEntries } from './protocol.js';

const keptDecisions = 10_000;

/** Writes what the registry of models knows. */
export class LedgerWriter {
  readonly #db: Database;
  readonly #put: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#db = db;
    this.#put = prepare(db);
  }

  /** All of it in one transaction, or nothing. */
  write({ versions = [], decisions = [], carriedOut = [] }: LedgerEntries): void {
    this.#db
      .transaction(() => {
        for (const { name, version, sha256, state, origin, createdMs, parent } of versions) {
          this.#put.version.run(name, version, sha256, state, origin, createdMs, parent ?? null);
        }
        this.decide(decisions);
        for (const id of carriedOut) this.#put.carriedOut.run(id);
      })
      .immediate();
  }

  /** Within the caller's transaction. */
  decide(decisions: readonly Decision[]): void {
    for (const { timeMs, kind, model, series, verdict, reason, figures, durationMs } of decisions) {
      this.#put.decision.run(timeMs, kind, model, series ?? null, verdict, reason, JSON.stringify(figures), durationMs);
    }
    if (decisions.length > 0) this.#put.pruneDecisions.run(keptDecisions);
  }
}

function prepare(db: Database) {
  return {
    version: db.prepare(
      `INSERT INTO model VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name, version) DO UPDATE
       SET sha256 = excluded.sha256, state = excluded.state, origin = excluded.origin`,
    ),
    decision: db.prepare('INSERT INTO decision VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)'),
    pruneDecisions: db.prepare('DELETE FROM decision WHERE id <= (SELECT max(id) FROM decision) - ?'),
    carriedOut: db.prepare('DELETE FROM model_request WHERE id = ?'),
  };
}
