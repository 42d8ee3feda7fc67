import { modelLabel } from '../forecast/modelContract.js';
import type { ModelVersion } from '../pipeline/modelVersions.js';
import type { Stepper } from '../pipeline/ports.js';
import type { FileRegistry } from '../registry/fileRegistry.js';
import type { HeardPush, PushJournal, PushRecord, TakenPush } from '../registry/push/pushJournal.js';
import type { PushNews } from '../registry/push/pushReceiver.js';
import { type Offer, type OfferParts, offerModel } from './offerModel.js';

export interface PushRolloutOptions extends OfferParts {
  readonly journal: PushJournal;
  readonly registry: Pick<FileRegistry, 'versions' | 'activate'>;
  readonly load: (version: ModelVersion) => Promise<Stepper>;
  readonly trustedMs: () => number | undefined;
  readonly isRevoked: (push: HeardPush) => boolean;
  /** Of a fleet: whether this worker is the one that hears pushes, and writes down what comes of them. Each brings them to its own series. */
  readonly leads?: () => boolean;
}

/** Brings admitted versions into use, as their manifests say, and says where each stands. */
export class PushRollout {
  readonly #options: PushRolloutOptions;
  readonly #asked = new Map<string, Set<string>>(); // series, by label and how

  constructor(options: PushRolloutOptions) {
    this.#options = options;
  }

  /** Where the version that a name was last pushed in stands now; undefined when nothing of the name was taken. */
  async stand({ taken }: PushRecord): Promise<PushNews | undefined> {
    if (!taken) return undefined;
    const label = modelLabel(taken.manifest);
    const version = this.#options.registry.versions().find((known) => modelLabel(known) === label);
    if (this.#options.isRevoked(taken)) {
      this.#phase(taken, 'over');
      const state = version?.state === 'rolled-back' ? 'rolled-back' : 'rejected';
      return {
        state,
        code: 'key-revoked',
        reason: `its key ${taken.keyId} is revoked: sign it with another, as a later version`,
      };
    }
    if (taken.phase === 'held') {
      const before = taken.manifest.canary?.join(', ');
      return { state: 'shadow', code: 'held', reason: `held back: ${before} go first` };
    }
    switch (version?.state) {
      case 'active':
        if (this.#options.leads) await this.#offer(taken, version); // to those of this worker
        this.#phase(taken, 'active');
        return { state: 'active', ...this.#frozen(taken) };
      case 'rolled-back':
        this.#phase(taken, 'over');
        return { state: 'rolled-back', code: 'rolled-back', reason: 'the model before did better, or was asked for' };
      case 'refused':
        this.#phase(taken, 'over');
        return { state: 'rejected', code: 'trial', reason: 'beside the one in use it erred more' };
      case 'candidate':
      case 'shadow':
        return this.#offer(taken, version);
      default:
        this.#phase(taken, 'over');
        return { state: 'rejected', code: 'version', reason: 'a later version of the name is in use' };
    }
  }

  async #offer(taken: TakenPush, version: ModelVersion): Promise<PushNews> {
    const { registry, load, leads } = this.#options;
    const { activate } = taken.manifest;
    const { metadata } = (await load(version)).model;
    const key = `${modelLabel(version)} ${activate}`;
    let asked = this.#asked.get(key);
    if (!asked) this.#asked.set(key, (asked = new Set()));
    const offer = await offerModel({ ...version, metadata }, activate, asked, this.#options);
    if (!leads && offer.series > 0 && offer.unfit === offer.series) {
      this.#phase(taken, 'over');
      const reason = `no stream can use it: it stands on experts ${metadata.horizon} steps ahead; raise streams[].horizon`;
      return { state: 'rejected', code: 'unfit', reason };
    }
    if (offer.series === 0 && activate === 'now' && (leads?.() ?? true)) {
      registry.activate(modelLabel(version));
      this.#phase(taken, 'active');
      return { state: 'active', reason: leads ? 'each worker brings it to its series' : 'no series uses it yet' };
    }
    return {
      state: 'shadow',
      reason: `${reasonOf(offer)}${leads ? ' of this worker' : ''}`,
      ...(offer.adapts.length > 0 && { adapts: offer.adapts }),
    };
  }

  /** A model in use whose manifest has expired is used on; that nothing newer came may be somebody's doing. */
  #frozen({ manifest }: TakenPush): Pick<PushNews, 'code' | 'reason'> {
    const nowMs = this.#options.trustedMs();
    if (nowMs === undefined || manifest.expires > nowMs) return {};
    const since = new Date(manifest.expires).toISOString();
    return { code: 'stale', reason: `its manifest expired ${since}, and nothing newer came: it is used on` };
  }

  #phase(taken: TakenPush, phase: TakenPush['phase']): void {
    if (taken.phase === phase || this.#options.leads?.() === false) return;
    const { journal } = this.#options;
    const record = journal.of(taken.manifest.name);
    if (record.taken?.envelope === taken.envelope) void journal.put({ ...record, taken: { ...taken, phase } });
  }
}

function reasonOf({ series, pinned }: Offer): string {
  if (series === 0) return 'no series uses this name yet: it waits for one';
  if (pinned === series) return 'the settings of its series name a version: it waits until they do not';
  return `beside the model in use of ${series} series`;
}
