import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { StepcastError } from '../errors.js';
import { type LoadedModel, modelLabel, nameOf } from '../forecast/modelContract.js';
import {
  type Decision,
  type ModelFileKind,
  type ModelLedger,
  type ModelOrigin,
  type ModelRegistry,
  type ModelState,
  type ModelVersion,
  type NewVersion,
  ownName,
  type SharedModels,
  sharedName,
} from '../pipeline/modelVersions.js';
import { readSelfContained } from '../readSelfContained.js';
import { keptHashes } from './keptHashes.js';
import { ModelFiles } from './modelFiles.js';

export interface FileRegistryOptions {
  readonly folder: string; // of the files it keeps
  readonly ledger: ModelLedger;
  readonly nowMs: () => number;
}

/** Versions as rows of the ledger, their bytes as files. Models of the models folder stay there and are known by what was found in it. */
export class FileRegistry implements ModelRegistry {
  readonly #files: ModelFiles;
  readonly #ledger: ModelLedger;
  readonly #nowMs: () => number;
  readonly #versions = new Map<string, ModelVersion>(); // by label
  readonly #found = new Map<string, string>(); // label → path in the models folder
  readonly #rolledBack = new Set<string>();
  readonly #usedHere = new Set<string>(); // labels, in use or on trial: of a shared ledger
  readonly #fetching = new Map<string, Promise<void>>(); // by hash

  constructor({ folder, ledger, nowMs }: FileRegistryOptions) {
    this.#files = new ModelFiles(folder);
    this.#ledger = ledger;
    this.#nowMs = nowMs;
    for (const version of ledger.versions()) this.#versions.set(modelLabel(version), version);
  }

  versions(): readonly ModelVersion[] {
    return [...this.#versions.values()];
  }

  /** Makes a file of the models folder known; another content under the same name is the name's next version. Returns its number. */
  adopt({ name, version, sha256, path }: LoadedModel, origin: Extract<ModelOrigin, 'shipped' | 'file'>): number {
    const known = this.#named(name).find((one) => one.sha256 === sha256);
    const number = known?.version ?? Math.max(version, this.#nextOf(name));
    const row: ModelVersion = {
      name,
      version: number,
      sha256,
      state: 'active',
      origin,
      createdMs: this.#nowMs(),
      parent: undefined,
    };
    if (!known) this.#write([row]);
    else if (known.state !== 'active' && !this.#named(name).some((one) => one.state === 'active')) {
      this.#write([{ ...known, state: 'active' }]);
    }
    this.#found.set(`${name}@${number}`, path);
    return number;
  }

  async add({ bytes, origin, parent, scope, optimiserState }: NewVersion): Promise<ModelVersion> {
    const before = nameOf(parent);
    const name = scope === 'shared' ? sharedName(before) : ownName(before, scope.series);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const known = this.#named(name).find((one) => one.sha256 === sha256);
    if (known) return known;
    await this.#keepFound(parent);
    await this.#share(sha256, { onnx: bytes, moments: optimiserState });
    const row = await this.#files.put(sha256, bytes, { moments: optimiserState }, (): ModelVersion => {
      const version = this.#nextOf(name);
      const made = { name, version, sha256, state: 'candidate', origin, createdMs: this.#nowMs(), parent } as const;
      this.#write([made]);
      return made;
    });
    return this.#added(row);
  }

  /** Keeps a model that was sent here, under the name and version that its sender gave it. */
  async addPushed({
    name,
    version,
    bytes,
  }: {
    name: string;
    version: number;
    bytes: Uint8Array;
  }): Promise<ModelVersion> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const known = this.#versions.get(modelLabel({ name, version }));
    if (known && known.sha256 !== sha256) throw new RangeError(`addPushed: ${modelLabel(known)} has other content`);
    const parent = this.standsFor(name);
    if (parent !== undefined) await this.#keepFound(parent);
    await this.#share(sha256, { onnx: bytes });
    const row = await this.#files.put(sha256, bytes, {}, (): ModelVersion => {
      const made = {
        name,
        version,
        sha256,
        state: 'candidate',
        origin: 'pushed',
        createdMs: this.#nowMs(),
        parent,
      } as const;
      if (!known) this.#write([made]);
      return known ?? made;
    });
    return this.#added(row);
  }

  /** Makes a version what its name stands for, although no series is stepped through it yet. */
  activate(label: string): void {
    const version = this.#versions.get(label);
    if (version && version.state !== 'active') this.#write([{ ...version, state: 'active' }]);
  }

  /** Takes versions out of use for good. A name that one of them stood for stands for what was there before it, if that may be used. */
  withdraw(labels: ReadonlySet<string>, reason: string): void {
    for (const label of labels) {
      const version = this.#versions.get(label);
      if (!version || !isLive(version)) continue;
      const wasUsed = version.state === 'active';
      const verdict = wasUsed ? 'rolled-back' : 'refused';
      const figures = { timeMs: this.#nowMs(), figures: {}, durationMs: 0 };
      this.#ledger.write({
        decisions: [{ kind: 'rollback', model: label, series: undefined, verdict, reason, ...figures }],
      });
      this.#write([{ ...version, state: verdict }]);
      const before =
        wasUsed && this.standsFor(version.name) === undefined ? this.#soundBefore(version, labels) : undefined;
      if (before !== undefined) this.activate(before);
    }
  }

  /** Where the bytes of a version are. @throws {StepcastError} MODEL_MISSING when they are no longer there. */
  path(label: string): string {
    const version = this.#versions.get(label);
    const found = this.#found.get(label);
    if (version && this.#files.has(version.sha256)) return this.#files.path(version.sha256);
    if (found !== undefined) return found;
    throw new StepcastError({
      code: 'MODEL_MISSING',
      op: 'load model',
      subject: label,
      message: version ? 'its file is no longer kept' : 'there is no such version',
      hint: '`stepcast models list` shows those there are',
    });
  }

  async bytes(label: string): Promise<Uint8Array> {
    await this.fetch(label);
    return readSelfContained(this.path(label));
  }

  /**
   * Has the file of a version here, if the ledger is shared and keeps it. What is not what its hash says is not taken.
   *
   * @throws {StepcastError} STORE_CORRUPT.
   */
  async fetch(label: string): Promise<void> {
    const { shared } = this.#ledger;
    const sha256 = this.#versions.get(label)?.sha256;
    if (!shared || sha256 === undefined || this.#files.has(sha256) || this.#found.has(label)) return;
    let fetching = this.#fetching.get(sha256);
    if (!fetching) {
      fetching = this.#fetch(sha256, shared.fetch).finally(() => this.#fetching.delete(sha256));
      this.#fetching.set(sha256, fetching);
    }
    await fetching;
  }

  /** Takes up what the ledger has come to know from others. */
  reread(): void {
    for (const version of this.#ledger.versions()) this.#versions.set(modelLabel(version), version);
  }

  async optimiserState(label: string): Promise<Uint8Array | undefined> {
    await this.fetch(label);
    const version = this.#versions.get(label);
    if (!version || !existsSync(this.#files.path(version.sha256, 'moments'))) return undefined;
    return readFile(this.#files.path(version.sha256, 'moments'));
  }

  record(decision: Decision): void {
    this.#ledger.write({ decisions: [decision] });
    this.note(decision);
  }

  note({ model, verdict }: Decision): void {
    const version = this.#versions.get(model);
    if (verdict === 'rolled-back') this.#rolledBack.add(model);
    if ((verdict === 'refused' || verdict === 'failed') && version?.state === 'candidate') {
      this.#write([{ ...version, state: 'refused' }]);
    }
  }

  settle(inUse: ReadonlySet<string>, inShadow: ReadonlySet<string>): void {
    const { shared } = this.#ledger;
    const changed: ModelVersion[] = [];
    for (const [label, version] of this.#versions) {
      if (shared && this.#isOthers(label, version, inUse, inShadow, shared)) continue;
      const state = this.#stateOf(label, version, inUse, inShadow);
      if (state !== version.state) changed.push({ ...version, state });
    }
    this.#write(changed);
    if (changed.length > 0) this.prune();
  }

  /** The version a name stands for where a series begins: the newest one in use. */
  standsFor(name: string): string | undefined {
    const active = this.#named(name).filter(({ state }) => state === 'active');
    const newest = active.reduce((best, one) => Math.max(best, one.version), 0);
    return newest === 0 ? undefined : `${name}@${newest}`;
  }

  /** Removes files by rule (`keptHashes`); their versions stay known. */
  prune(): void {
    const kept = keptHashes(this.versions(), this.#ledger.hashesInUse());
    this.#files.prune(kept);
    this.#ledger.shared?.prune(kept);
  }

  /** The nearest of those a version came in place of that never did worse and whose bytes are here. */
  #soundBefore({ parent }: ModelVersion, withdrawn: ReadonlySet<string>): string | undefined {
    for (let label = parent; label !== undefined; label = this.#versions.get(label)?.parent) {
      const version = this.#versions.get(label);
      const isSound = version && (version.state === 'retired' || version.state === 'active');
      if (isSound && !withdrawn.has(label) && (this.#found.has(label) || this.#files.has(version.sha256))) return label;
    }
    return undefined;
  }

  /**
   * Whether a version's state is for other workers to say: one that no series here is or was stepped through, one that nobody here uses any more
   * and another's series does, and one in use elsewhere that is on trial here.
   */
  #isOthers(
    label: string,
    { state, sha256 }: ModelVersion,
    inUse: ReadonlySet<string>,
    inShadow: ReadonlySet<string>,
    shared: SharedModels,
  ): boolean {
    const isHere = inUse.has(label) || inShadow.has(label);
    if (isHere) {
      this.#usedHere.add(label);
      return state === 'active' && !inUse.has(label);
    }
    if (!this.#usedHere.has(label)) return true;
    if (shared.isInUse(sha256)) return true;
    this.#usedHere.delete(label);
    return false;
  }

  #stateOf(
    label: string,
    { name, version, state, origin }: ModelVersion,
    inUse: ReadonlySet<string>,
    inShadow: ReadonlySet<string>,
  ): ModelState {
    if (inUse.has(label)) return 'active';
    if (inShadow.has(label)) return 'shadow';
    if (state === 'shadow') return 'refused';
    if (state === 'candidate' && this.#rolledBack.has(label)) return 'rolled-back'; // in use for less than a turn
    if (state !== 'active') return state;
    const hasFollower = this.#named(name).some((one) => one.version > version && inUse.has(modelLabel(one)));
    const isBase = this.#found.has(label) || (origin === 'pushed' && !this.#rolledBack.has(label));
    if (isBase && !hasFollower) return 'active'; // what its name stands for
    return this.#rolledBack.has(label) ? 'rolled-back' : 'retired';
  }

  /** A model of the models folder that becomes a parent is kept, for an update may replace it there. */
  async #keepFound(label: string): Promise<void> {
    const version = this.#versions.get(label);
    const found = this.#found.get(label);
    if (!version || found === undefined || this.#files.has(version.sha256)) return;
    const sidecar = found.replace(/\.onnx$/, '.json');
    const json = sidecar !== found && existsSync(sidecar) ? await readFile(sidecar) : undefined;
    const onnx = await readFile(found);
    await this.#share(version.sha256, { onnx, json });
    await this.#files.put(version.sha256, onnx, { json }, () => {});
  }

  /** Before a version is written down in a ledger that others read, they can have its bytes: the model's own last. */
  async #share(sha256: string, { onnx, ...beside }: { onnx: Uint8Array } & Partial<Record<ModelFileKind, Uint8Array>>) {
    const { shared } = this.#ledger;
    if (!shared) return;
    for (const kind of ['json', 'moments'] as const) {
      const bytes = beside[kind];
      if (bytes) await shared.keep(sha256, kind, bytes);
    }
    await shared.keep(sha256, 'onnx', onnx);
  }

  async #fetch(sha256: string, fetch: SharedModels['fetch']): Promise<void> {
    const onnx = await fetch(sha256, 'onnx');
    if (!onnx) return;
    if (createHash('sha256').update(onnx).digest('hex') !== sha256) {
      throw new StepcastError({
        ...{ code: 'STORE_CORRUPT', op: 'fetch model', subject: sha256 },
        message: 'what the database keeps under this hash is another file',
        hint: 'remove its row of model_file, and push the model again',
      });
    }
    const [json, moments] = [await fetch(sha256, 'json'), await fetch(sha256, 'moments')];
    await this.#files.put(sha256, onnx, { json, moments }, () => {});
  }

  async #added(row: ModelVersion): Promise<ModelVersion> {
    await this.#ledger.shared?.written();
    this.prune();
    return row;
  }

  #named(name: string): ModelVersion[] {
    return [...this.#versions.values()].filter((version) => version.name === name);
  }

  #nextOf(name: string): number {
    return 1 + this.#named(name).reduce((newest, { version }) => Math.max(newest, version), 0);
  }

  #write(versions: readonly ModelVersion[]): void {
    if (versions.length === 0) return;
    for (const version of versions) this.#versions.set(modelLabel(version), version);
    this.#ledger.write({ versions });
  }
}

const isLive = ({ state }: ModelVersion): boolean => state === 'active' || state === 'shadow' || state === 'candidate';
