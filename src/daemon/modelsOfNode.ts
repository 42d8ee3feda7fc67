import type { Config } from '../config/config.js';
import { StepcastError } from '../errors.js';
import { type LoadedModel, modelLabel, nameOf } from '../forecast/modelContract.js';
import { defaultModel, ModelShelf } from '../inference/modelShelf.js';
import type { Logger } from '../log.js';
import { type ModelLedger, type ModelVersion, sharedName } from '../pipeline/modelVersions.js';
import type { Stepper, StoredState } from '../pipeline/ports.js';
import type { ChooseModel, ModelLibrary } from '../pipeline/seriesBook.js';
import { FileRegistry } from '../registry/fileRegistry.js';

/** Whether a name is that of a series' own versions. */
const isOwn = (name: string): boolean => sharedName(name) !== name;

export interface ModelsOfNodeOptions {
  readonly shelf: ModelShelf;
  readonly shipped: boolean; // the folder is the one of the package
  readonly ledger: ModelLedger;
  readonly folder: string; // of the versions kept
  readonly nowMs: () => number;
  readonly log: Logger;
}

/** What this machine has of models: those of the folder, those it keeps, and what their names stand for. */
export class ModelsOfNode implements ModelLibrary {
  readonly registry: FileRegistry;
  readonly #shelf: ModelShelf;
  readonly #log: Logger;
  readonly #pinned = new Set<string>();
  readonly #withdrawn = new Set<string>(); // labels
  readonly #awaited = new Set<string>(); // labels whose series are on their way here
  readonly #ledger: ModelLedger;
  #base: readonly Stepper[] = [];

  constructor({ shelf, shipped, ledger, folder, nowMs, log }: ModelsOfNodeOptions) {
    this.#shelf = shelf;
    this.#log = log;
    this.#ledger = ledger;
    this.registry = new FileRegistry({ folder, ledger, nowMs });
    shelf.number((model) => this.registry.adopt(model, shipped ? 'shipped' : 'file'));
    this.#base = shelf.baseNames().flatMap((name) => shelf.taken(name) ?? []);
  }

  get base(): readonly Stepper[] {
    return this.#base;
  }

  find(sha256: string): Stepper | undefined {
    return this.#shelf.find(sha256);
  }

  /** What a series with this `model` begins with: the version it names, else the newest in use of the name. */
  readonly choose: ChooseModel = (model) => {
    const name = nameOf(model);
    const named = this.#shelf.stepper(name);
    const isHere = name === 'auto' || this.#shelf.taken(name) !== undefined; // in the folder, not pushed
    const label = model.includes('@') ? model : this.registry.standsFor(isHere ? named.model.name : name);
    return this.#shelf.loaded.find((stepper) => modelLabel(stepper.model) === label) ?? named;
  };

  /** A model of one series' own has no batches: the buffers of its lane are one row. */
  readonly load = async (version: ModelVersion): Promise<Stepper> => {
    const label = modelLabel(version);
    await this.registry.fetch(label);
    return this.#shelf.open(this.registry.path(label), version, isOwn(version.name) ? { maxBatch: 1 } : undefined);
  };

  /** Closes the sessions of versions that are not `held`, nor stood for by a name, nor named by settings. Returns their models. */
  readonly release = (held: ReadonlySet<string>): readonly LoadedModel[] => {
    for (const label of held) this.#awaited.delete(label);
    return this.#shelf.closeUnless((label) => {
      if (held.has(label) || this.#pinned.has(label) || this.#awaited.has(label)) return true;
      const name = nameOf(label);
      return !isOwn(name) && this.registry.standsFor(name) === label;
    });
  };

  /** Of a fleet: series that come to this worker are stepped through these, by hash. */
  readonly ready = async (hashes: ReadonlySet<string>): Promise<void> => {
    const { shared } = this.#ledger;
    if (!shared) return;
    const missing = [...hashes].filter((sha256) => !this.find(sha256));
    const isKnown = (): boolean =>
      missing.every((sha256) => this.registry.versions().some((known) => known.sha256 === sha256));
    if (missing.length > 0 && !isKnown()) {
      await shared.refresh();
      this.registry.reread();
    }
    for (const version of this.registry.versions()) {
      const label = modelLabel(version);
      if (!hashes.has(version.sha256) || this.#withdrawn.has(label)) continue;
      this.#awaited.add(label);
      if (!this.find(version.sha256)) await this.load(version).catch((error) => this.#warn(label, error));
    }
  };

  /** Of a fleet: takes up the versions that others made known, and has ready what names stand for by now. */
  async reread(): Promise<void> {
    this.registry.reread();
    for (const version of this.registry.versions()) {
      const label = modelLabel(version);
      const isNamed = label === this.registry.standsFor(version.name) && !isOwn(version.name);
      if (!isNamed || this.#withdrawn.has(label) || this.find(version.sha256)) continue;
      await this.load(version).catch((error) => this.#warn(label, error));
    }
  }

  /** Never opens versions again; series that were stepped through one begin anew, with what its name stands for then. Called before `loadInUse`. */
  withdraw(revoked: ReadonlyMap<string, string>): void {
    for (const [label, key] of revoked) {
      this.#withdrawn.add(label);
      const version = this.registry.versions().find((known) => modelLabel(known) === label);
      if (version?.state !== 'active') continue;
      this.#log.warn(
        { model: label, key },
        'a model in use was signed by a key that is revoked: it is taken out of use',
      );
    }
    this.registry.withdraw(this.#withdrawn, 'the key it was signed with is revoked');
  }

  /**
   * Has ready what stored states belong to, what names stand for, and what the settings name.
   *
   * @throws {StepcastError} MODEL_MISSING when settings name a version that is not there.
   */
  async loadInUse(stored: StoredState, configured: readonly string[]): Promise<void> {
    const hashes = new Set([...stored.snapshots.values()].flatMap(({ model }) => model.split(' ')));
    for (const version of this.registry.versions()) {
      const label = modelLabel(version);
      const isNamed = label === this.registry.standsFor(version.name) && !isOwn(version.name);
      if (this.#withdrawn.has(label) || this.find(version.sha256)) continue;
      if (!isNamed && !hashes.has(version.sha256)) continue;
      await this.load(version).catch((error) => this.#warn(label, error));
    }
    for (const label of configured) {
      if (!label.includes('@')) continue;
      if (this.#withdrawn.has(label)) {
        this.#log.warn({ model: label }, 'streams name a version whose key is revoked: they use another');
        continue;
      }
      this.#pinned.add(label);
      const version = this.registry.versions().find((known) => modelLabel(known) === label);
      if (version) await this.load(version);
      else this.registry.path(label);
    }
  }

  #warn(label: string, error: unknown): void {
    if (!(error instanceof StepcastError)) throw error;
    this.#log.warn({ model: label, problem: error.line }, 'series that were stepped through it begin anew');
  }
}

/** Whether a model that could not be loaded is one that pushes may bring. */
export function isAwaited(
  name: string,
  error: unknown,
  { trust, allowUnsigned }: Pick<Config['models'], 'trust' | 'allowUnsigned'>,
): boolean {
  const isMissing = error instanceof StepcastError && error.code === 'MODEL_MISSING';
  return isMissing && (trust.length > 0 || allowUnsigned) && name !== defaultModel && !name.endsWith('.onnx');
}

/**
 * The models of a folder that settings name, and those that auto chooses among. One that is not there may have been pushed, or be pushed later,
 * where pushes are taken at all.
 *
 * @throws {StepcastError} MODEL_* for one that is named.
 */
export async function takeModels(
  dir: string,
  configured: readonly string[],
  log: Logger,
  settings: Pick<Config['models'], 'trust' | 'allowUnsigned'>,
): Promise<ModelShelf> {
  const shelf = new ModelShelf(dir);
  for (const name of new Set([defaultModel, ...configured.map(nameOf)])) {
    await shelf.load(name).catch((error) => {
      if (!isAwaited(name, error, settings)) throw error;
      log.info(
        { model: name },
        `not in ${dir}: its series use ${defaultModel} until a version that was pushed is in use`,
      );
    });
  }
  if (!configured.includes('auto')) return shelf;
  for (const name of shelf.baseNames()) {
    await shelf.load(name).catch((error) => {
      if (!(error instanceof StepcastError)) throw error;
      log.warn({ model: name, problem: error.line }, 'auto does without it');
    });
  }
  return shelf;
}
