import type pg from 'pg';
import type { ModelLedger, ModelRequest, ModelVersion } from '../pipeline/modelVersions.js';
import { transaction } from './database.js';
import { putDecisions } from './putNotes.js';

type Entries = Parameters<ModelLedger['write']>[0];

/** What the database has of models, as it was when it was last read, with what this worker wrote since. */
export class PostgresLedger implements ModelLedger {
  readonly #versions = new Map<string, ModelVersion>();
  readonly #hashes = new Set<string>();
  readonly #write: (work: (client: pg.ClientBase) => Promise<void>) => void;

  /** @param write does its work in turn with commits. */
  constructor(write: (work: (client: pg.ClientBase) => Promise<void>) => void) {
    this.#write = write;
  }

  async read(client: pg.ClientBase): Promise<void> {
    const { rows } = await client.query('SELECT * FROM models ORDER BY created, name, version');
    for (const { created, parent, ...row } of rows) {
      this.#keep({ ...row, createdMs: created, parent: parent ?? undefined });
    }
    const states = await client.query('SELECT DISTINCT model FROM snapshot');
    for (const { model } of states.rows) this.hear(model);
  }

  versions(): ModelVersion[] {
    return [...this.#versions.values()];
  }

  hashesInUse(): Set<string> {
    return new Set(this.#hashes);
  }

  /** Nothing asks a fleet over its database. */
  requests(): ModelRequest[] {
    return [];
  }

  /** A state of these models is stored. */
  hear(hashes: string): void {
    for (const hash of hashes.split(' ')) this.#hashes.add(hash);
  }

  write({ versions = [], decisions = [] }: Entries): void {
    for (const version of versions) this.#keep(version);
    this.#write((client) =>
      transaction(client, async () => {
        for (const { name, version, sha256, state, origin, createdMs, parent } of versions) {
          await client.query(
            `INSERT INTO model VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name, version) DO UPDATE
             SET sha256 = excluded.sha256, state = excluded.state, origin = excluded.origin`,
            [name, version, sha256, state, origin, createdMs, parent ?? null],
          );
        }
        await putDecisions(client, decisions);
      }),
    );
  }

  #keep(version: ModelVersion): void {
    this.#versions.set(`${version.name}@${version.version}`, version);
  }
}
