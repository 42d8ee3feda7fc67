import type pg from 'pg';
import type { ModelLedger, ModelRequest, ModelVersion, SharedModels } from '../pipeline/modelVersions.js';
import { transaction } from './database.js';
import { changeCount, noteChange } from './modelChanges.js';
import { dropFiles, fileOf, modelsOfStates, putFile } from './modelFiles.js';
import { putDecisions } from './putNotes.js';

type Entries = Parameters<ModelLedger['write']>[0];
type Work<T> = (client: pg.ClientBase) => Promise<T>;

export interface PostgresLedgerOptions {
  /** Does its work in turn with commits, however long the server is away. */
  readonly inTurn: <T>(work: Work<T>) => Promise<T>;
  readonly read: <T>(work: Work<T>) => Promise<T>;
}

/** Records by name that outlive a power cut. */
export interface NamedRecords {
  all(): readonly string[];
  /** Undefined: removes it. */
  put(name: string, record: string | undefined): Promise<void>;
}

/** What the database has of models, as it was when it was last read, with what this worker wrote since. */
export class PostgresLedger implements ModelLedger {
  readonly shared: SharedModels;
  readonly pushes: NamedRecords;
  readonly #options: PostgresLedgerOptions;
  readonly #unwritten = new Map<string, number>(); // versions this worker is writing, by label
  readonly #heard = new Set<string>(); // hashes of states that this worker stored
  #versions = new Map<string, ModelVersion>();
  #states = new Set<string>(); // hashes of stored states
  #requests: readonly ModelRequest[] = [];
  #pushes = new Map<string, string>();
  #changes = '';
  #asked = false; // what states belong to changes unseen: whoever asked is told when it has
  readonly #justWritten = new Set<string>(); // labels, since a reading began
  #written: Promise<unknown> = Promise.resolve(); // never fails
  #refreshing: Promise<boolean> | undefined;

  constructor(options: PostgresLedgerOptions) {
    const { inTurn, read } = options;
    this.#options = options;
    this.shared = {
      keep: (sha256, kind, bytes) => inTurn((client) => putFile(client, sha256, kind, bytes)),
      fetch: (sha256, kind) => read((client) => fileOf(client, sha256, kind)),
      prune: (kept) => void inTurn((client) => dropFiles(client, kept)).catch(() => {}),
      isInUse: (sha256) => {
        this.#asked = true;
        return this.#states.has(sha256) || this.#heard.has(sha256);
      },
      written: async () => void (await this.#written),
      refresh: async () => void (await this.refresh()),
    };
    this.pushes = {
      all: () => [...this.#pushes.values()],
      put: (name, record) => this.#putPush(name, record),
    };
  }

  /** Reads again what others changed; false when there was nothing. */
  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#options
      .read((client) => this.read(client))
      .finally(() => {
        this.#refreshing = undefined;
      });
    return this.#refreshing;
  }

  async read(client: pg.ClientBase): Promise<boolean> {
    this.#justWritten.clear();
    const changes = await changeCount(client);
    if (changes === this.#changes) return this.#asked && this.#readStates(client);
    const { rows } = await client.query('SELECT * FROM models ORDER BY created, name, version');
    const versions = new Map<string, ModelVersion>();
    for (const { created, parent, ...row } of rows) {
      versions.set(labelOf(row), { ...row, createdMs: created, parent: parent ?? undefined });
    }
    await this.#readStates(client);
    const requests = await client.query(
      'SELECT id::float8 AS id, source, target, true AS decided FROM model_request ORDER BY id',
    );
    const pushes = await client.query('SELECT name, record FROM model_push');
    for (const label of [...this.#unwritten.keys(), ...this.#justWritten])
      versions.set(label, this.#versions.get(label)!);
    this.#versions = versions;
    this.#requests = requests.rows;
    this.#pushes = new Map(pushes.rows.map(({ name, record }) => [name, record]));
    this.#changes = changes;
    return true;
  }

  versions(): ModelVersion[] {
    return [...this.#versions.values()];
  }

  hashesInUse(): Set<string> {
    return new Set([...this.#states, ...this.#heard]);
  }

  /** Of all the time: each worker carries them out for the series it has, and those that come to it. */
  requests(): ModelRequest[] {
    return [...this.#requests];
  }

  /** A state of these models is stored. */
  hear(hashes: string): void {
    const fresh = hashes.split(' ').filter((hash) => !this.#states.has(hash) && !this.#heard.has(hash));
    if (fresh.length === 0) return;
    for (const hash of fresh) this.#heard.add(hash);
    void this.#options.inTurn((client) => transaction(client, () => noteChange(client))).catch(() => {});
  }

  write({ versions = [], decisions = [] }: Entries): void {
    for (const version of versions) {
      const label = labelOf(version);
      this.#versions.set(label, version);
      this.#unwritten.set(label, (this.#unwritten.get(label) ?? 0) + 1);
    }
    const done = this.#options.inTurn((client) =>
      transaction(client, async () => {
        for (const version of versions) await putVersion(client, version);
        await putDecisions(client, decisions);
        if (versions.length > 0) await noteChange(client);
      }),
    );
    this.#written = done
      .catch(() => {})
      .then(() => {
        for (const version of versions) this.#settled(labelOf(version));
      });
  }

  async #putPush(name: string, record: string | undefined): Promise<void> {
    await this.#options.inTurn((client) =>
      transaction(client, async () => {
        if (record === undefined) await client.query('DELETE FROM model_push WHERE name = $1', [name]);
        else
          await client.query(
            'INSERT INTO model_push VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET record = excluded.record',
            [name, record],
          );
        await noteChange(client);
      }),
    );
  }

  async #readStates(client: pg.ClientBase): Promise<boolean> {
    const states = new Set((await modelsOfStates(client)).flatMap((model) => model.split(' ')));
    const isOther = states.size !== this.#states.size || [...states].some((hash) => !this.#states.has(hash));
    this.#states = states;
    this.#heard.clear();
    if (isOther) this.#asked = false;
    return isOther;
  }

  #settled(label: string): void {
    this.#justWritten.add(label);
    const left = this.#unwritten.get(label)! - 1;
    if (left === 0) this.#unwritten.delete(label);
    else this.#unwritten.set(label, left);
  }
}

/** What a label stands for never changes: of two workers that give one to different files, the first has it. */
const putVersion = (
  client: pg.ClientBase,
  { name, version, sha256, state, origin, createdMs, parent }: ModelVersion,
): Promise<unknown> =>
  client.query(
    `INSERT INTO model VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name, version) DO UPDATE
     SET state = excluded.state, origin = excluded.origin WHERE model.sha256 = excluded.sha256`,
    [name, version, sha256, state, origin, createdMs, parent ?? null],
  );

const labelOf = ({ name, version }: Pick<ModelVersion, 'name' | 'version'>): string => `${name}@${version}`;
