import { readFileSync } from 'node:fs';
import { modelLabel } from '../../forecast/modelContract.js';
import type { Clock } from '../../pipeline/clock.js';
import type { FileRegistry } from '../fileRegistry.js';
import type { TrustedKeys } from '../signatures/trustedKeys.js';
import type { Admit } from './admission.js';
import type { ChunkFile } from './chunkFile.js';
import { type Claim, hearManifest } from './hearManifest.js';
import type { HeardPush, PushJournal } from './pushJournal.js';
import type { PushManifest } from './pushManifest.js';
import { type KnownVersion, type Ruling, rulePush } from './pushRules.js';
import type { PushState } from './pushState.js';
import { Transfer, type WatchTopics } from './transfer.js';

const mostTransfers = 4;
const retryMs = 60_000;

/** What happened to a push; the rest of its state is the same for all. */
export type PushNews = Pick<PushState, 'state' | 'code' | 'reason' | 'received' | 'chunks' | 'adapts'>;

export interface PushReceiverOptions {
  readonly node: string;
  readonly prefix: string;
  readonly daemon: string; // version of this program
  readonly maxBytes: number;
  readonly trusted: TrustedKeys;
  readonly journal: PushJournal;
  readonly registry: Pick<FileRegistry, 'versions' | 'addPushed'>;
  readonly clock: Clock;
  readonly watch: WatchTopics;
  readonly admit: Admit;
  readonly tell: (name: string, claim: Claim & { keyId?: string }, news: PushNews) => void;
  /** A model was admitted, or something else is to be done with one that was. */
  readonly onTaken: (name: string) => void;
}

interface Underway {
  readonly push: HeardPush;
  readonly transfer?: Transfer;
  readonly aborter: AbortController; // of its admission
}

/** From a manifest to an admitted model of the registry: every check, in order, and the transfer between them. */
export class PushReceiver {
  readonly #options: PushReceiverOptions;
  readonly #underway = new Map<string, Underway>(); // by name
  readonly #untried = new Map<string, { readonly reason: string; readonly againMs: number }>(); // by name; elapsed time
  #admitting: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: PushReceiverOptions) {
    this.#options = options;
  }

  /** Goes on with what an earlier run left. */
  start(): void {
    for (const { name, incoming } of this.#options.journal.records)
      if (incoming) this.#consider(incoming, this.#own(name, incoming));
  }

  /** A message on a manifest topic. */
  hear(topic: { readonly target: string; readonly name: string }, payload: Uint8Array): void {
    const { trusted } = this.#options;
    if (payload.length === 0) {
      const incoming = this.#options.journal.of(topic.name).incoming;
      if (incoming?.manifest.target === topic.target) this.#refuse(incoming, 'withdrawn', 'it was taken back');
      return;
    }
    const heard = hearManifest(payload, trusted);
    if (heard.ok) this.#consider(heard.push, topic);
    else this.#tell(topic.name, heard.claim, { state: 'rejected', code: heard.code, reason: heard.reason });
  }

  /** Looks again at what waits, and gives up what has expired. */
  poll(): void {
    const nowMs = this.#options.clock.trustedMs();
    for (const { name, incoming } of this.#options.journal.records) {
      if (!incoming) continue;
      if (incoming.phase === 'waiting') this.#consider(incoming, this.#own(name, incoming));
      else if (nowMs !== undefined && incoming.manifest.expires <= nowMs) {
        this.#refuse(incoming, 'expired', 'it expired before it was complete');
      }
    }
  }

  /** Ends what is under way; it goes on at the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { transfer, aborter } of this.#underway.values()) {
      aborter.abort();
      transfer?.stop('keep');
    }
    this.#underway.clear();
    await this.#admitting;
  }

  #own = (name: string, { manifest }: HeardPush): { target: string; name: string } => ({
    name,
    target: manifest.target,
  });

  #consider(push: HeardPush, topic: { target: string; name: string }): void {
    const { manifest } = push;
    const { journal } = this.#options;
    const { incoming } = journal.of(topic.name);
    const ruling = this.#rule(manifest, topic);
    if (ruling.action === 'refuse') {
      if (incoming && incoming.envelope === push.envelope) this.#refuse(incoming, ruling.code, ruling.reason);
      else this.#tell(topic.name, this.#claim(push), { state: 'rejected', code: ruling.code, reason: ruling.reason });
      return;
    }
    const { name } = manifest;
    if (incoming && incoming.envelope !== push.envelope) {
      const isLater = manifest.version > incoming.manifest.version || manifest.created > incoming.manifest.created;
      if (manifest.version < incoming.manifest.version || !isLater) {
        const reason = `version ${incoming.manifest.version} is being received`;
        this.#tell(name, this.#claim(push), { state: 'rejected', code: 'version', reason });
        return;
      }
      this.#drop(name, manifest.sha256 === incoming.manifest.sha256 ? 'keep' : 'drop');
    }
    if (ruling.action === 'again') this.#again(push);
    else if (ruling.action === 'wait') this.#wait(push, 'clock', ruling.reason);
    else if (this.#underway.has(name)) return;
    else if (this.#underway.size >= mostTransfers) this.#wait(push, 'busy', 'waiting until others are received');
    else if (this.#isEarly(name)) this.#wait(push, 'node', this.#untried.get(name)!.reason);
    else this.#receive(push);
  }

  #isEarly = (name: string): boolean => this.#options.clock.elapsedMs() < (this.#untried.get(name)?.againMs ?? 0);

  #rule(manifest: PushManifest, topic: { target: string; name: string }): Ruling {
    const { node, daemon, maxBytes, clock, registry, journal, trusted } = this.#options;
    const answers = new Map(journal.of(topic.name).versions.map((one) => [one.version, one]));
    const known = registry
      .versions()
      .filter((one) => one.name === topic.name)
      .map(({ version, sha256 }): KnownVersion => {
        const pushed = answers.get(version);
        const revoked = pushed?.keyId !== undefined && trusted.isRevoked(pushed.keyId);
        return { version, sha256, created: pushed?.created, revoked };
      });
    return rulePush(manifest, { node, topic, trustedMs: clock.trustedMs(), maxBytes, daemon, known });
  }

  /** It is here. A later manifest of it may release it, or have it used at once. */
  #again(push: HeardPush): void {
    const { journal, onTaken } = this.#options;
    const { name, version } = push.manifest;
    const record = journal.of(name);
    const { taken, versions } = record;
    if (taken?.manifest.version === version && push.manifest.created > taken.manifest.created) {
      const isAsked = push.manifest.activate !== taken.manifest.activate && taken.phase === 'trial';
      const phase = taken.phase === 'held' || isAsked ? 'trial' : taken.phase;
      const { created } = push.manifest;
      const dated = versions.map((one) => (one.version === version ? { ...one, created } : one));
      journal.put({ ...record, incoming: undefined, versions: dated, taken: { ...push, phase } });
    } else if (record.incoming) journal.put({ ...record, incoming: undefined });
    onTaken(name);
  }

  #wait(push: HeardPush, code: string, reason: string): void {
    const { journal } = this.#options;
    const record = journal.of(push.manifest.name);
    const isNew = record.incoming?.envelope !== push.envelope || record.incoming.phase !== 'waiting';
    if (isNew) journal.put({ ...record, incoming: { ...push, phase: 'waiting' } });
    this.#tell(push.manifest.name, this.#claim(push), { state: 'receiving', code, reason });
  }

  #receive(push: HeardPush): void {
    const { journal, prefix, watch } = this.#options;
    const { manifest } = push;
    const { name } = manifest;
    const told = this.#claim(push);
    try {
      journal.put({ ...journal.of(name), incoming: { ...push, phase: 'receiving' } });
    } catch (error) {
      this.#tell(name, told, { state: 'rejected', code: 'disk', reason: (error as Error).message });
      return;
    }
    const transfer = new Transfer({
      ...{ manifest, prefix, watch, path: journal.partPath(name) },
      onProgress: (received, chunks) => this.#tell(name, told, { state: 'receiving', received, chunks }),
      onEnd: (end) => {
        if (end.ok) this.#admit(push, end.file);
        else this.#refuse(push, end.code, end.reason);
      },
    });
    this.#underway.set(name, { push, transfer, aborter: new AbortController() });
    transfer.start();
  }

  /** One after another: each is a process of its own. */
  #admit(push: HeardPush, file: ChunkFile): void {
    const { manifest } = push;
    const underway = this.#underway.get(manifest.name);
    const isCurrent = (): boolean => !this.#stopped && this.#underway.get(manifest.name) === underway;
    this.#admitting = this.#admitting.then(async () => {
      if (!underway || !isCurrent()) return;
      this.#tell(manifest.name, this.#claim(push), { state: 'receiving', reason: 'on trial in a process of its own' });
      try {
        const { admit, maxBytes } = this.#options;
        const admission = await admit(file.path, { manifest, limits: { maxBytes }, signal: underway.aborter.signal });
        if (!isCurrent()) return;
        if (admission.ok) this.#take(push, file);
        else if (admission.code === 'node') this.#tryLater(push, admission.reason);
        else this.#refuse(push, admission.code, admission.reason);
      } catch (error) {
        if (!isCurrent()) return;
        const { code, message } = error as NodeJS.ErrnoException;
        this.#refuse(push, code === 'ENOSPC' ? 'disk-full' : 'failed', message);
      }
    });
  }

  #take(push: HeardPush, file: ChunkFile): void {
    const { journal, registry, onTaken, node } = this.#options;
    const { name, version, sha256, created, canary } = push.manifest;
    registry.addPushed({ name, version, bytes: readFileSync(file.path) });
    const record = journal.of(name);
    const phase = canary && !canary.includes(node) ? 'held' : 'trial';
    const taken = { version, sha256, created, ...(push.keyId !== undefined && { keyId: push.keyId }) };
    journal.put({ ...record, incoming: undefined, taken: { ...push, phase }, versions: [...record.versions, taken] });
    this.#underway.delete(name);
    this.#untried.delete(name);
    file.remove();
    onTaken(name);
  }

  /** This machine could not try it; the model is not to blame. What arrived stays. */
  #tryLater(push: HeardPush, reason: string): void {
    const { name } = push.manifest;
    this.#untried.set(name, { reason, againMs: this.#options.clock.elapsedMs() + retryMs });
    this.#drop(name, 'keep');
    this.#wait(push, 'node', reason);
  }

  #refuse(push: HeardPush, code: string, reason: string): void {
    const { journal } = this.#options;
    const { name } = push.manifest;
    this.#untried.delete(name);
    this.#drop(name, 'drop');
    try {
      journal.put({ ...journal.of(name), incoming: undefined });
    } catch {
      // the disk is full: it is refused again after the next start
    }
    this.#tell(name, this.#claim(push), { state: 'rejected', code, reason });
  }

  #drop(name: string, part: 'keep' | 'drop'): void {
    const underway = this.#underway.get(name);
    this.#underway.delete(name);
    underway?.aborter.abort();
    underway?.transfer?.stop(part);
  }

  #claim = ({ manifest: { version, sha256, created }, keyId }: HeardPush): Claim & { keyId?: string } => ({
    ...{ version, sha256, created },
    ...(keyId !== undefined && { keyId }),
  });

  #tell(name: string, claim: Claim & { keyId?: string }, news: PushNews): void {
    this.#options.tell(name, claim, news);
  }
}

/** The label of what a push brings. */
export const labelOf = ({ manifest }: HeardPush): string => modelLabel(manifest);
