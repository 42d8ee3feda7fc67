import { readFile, rm } from 'node:fs/promises';
import type { Clock } from '../../pipeline/clock.js';
import type { FileRegistry } from '../fileRegistry.js';
import type { TrustedKeys } from '../signatures/trustedKeys.js';
import type { Admit } from './admission.js';
import { type Claim, hearManifest } from './hearManifest.js';
import type { AnsweredVersion, HeardPush, PushJournal, PushRecord } from './pushJournal.js';
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
  readonly transfer: Transfer;
  readonly aborter: AbortController; // of its admission
}

/** From a manifest to an admitted model of the registry: every check, in order, and the transfer between them. */
export class PushReceiver {
  readonly #options: PushReceiverOptions;
  readonly #underway = new Map<string, Underway>(); // by name
  readonly #untried = new Map<string, { readonly reason: string; readonly againMs: number }>(); // by name; elapsed time
  readonly #leaving = new Map<string, Promise<void>>(); // by name: whose part file is still somebody's
  #admitting: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: PushReceiverOptions) {
    this.#options = options;
  }

  /** Goes on with what an earlier run left, under the keys that are trusted now. */
  start(): void {
    const { journal, trusted } = this.#options;
    for (const { name, incoming } of journal.records) {
      if (!incoming) continue;
      const heard = hearManifest(Buffer.from(incoming.envelope), trusted);
      if (heard.ok) this.#consider(incoming, this.#own(name, incoming));
      else this.#refuse(incoming, heard.code, heard.reason);
    }
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
    for (const name of [...this.#underway.keys()]) this.#drop(name, 'keep');
    await this.#admitting;
    await Promise.all(this.#leaving.values());
    await this.#options.journal.written();
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
        return {
          version,
          sha256,
          created: pushed?.created,
          revoked: pushed !== undefined && trusted.isRevoked(pushed),
        };
      });
    return rulePush(manifest, { node, topic, trustedMs: clock.trustedMs(), maxBytes, daemon, known });
  }

  /** It is here. A later manifest of it may release it, or have it used at once; whoever pushed it is answered again. */
  #again(push: HeardPush): void {
    const { journal, onTaken } = this.#options;
    const { name, version, created } = push.manifest;
    const record = journal.of(name);
    const { taken, versions } = record;
    const followed = taken?.manifest.version === version ? taken : undefined;
    if (!taken || taken.manifest.version < version || (followed && created > followed.manifest.created)) {
      const phase = followed && followed.phase !== 'held' ? 'trial' : this.#firstPhase(push.manifest);
      const isNamed = versions.some((one) => one.version === version);
      const dated = versions.map((one) => (one.version === version ? { ...one, created } : one));
      const next = { ...record, incoming: undefined, versions: isNamed ? dated : [...versions, versionOf(push)] };
      this.#keep({ ...next, taken: { ...push, phase } }, () => onTaken(name));
    } else if (record.incoming) this.#keep({ ...record, incoming: undefined }, () => onTaken(name));
    else onTaken(name);
  }

  #firstPhase = ({ canary }: PushManifest): 'held' | 'trial' =>
    canary && !canary.includes(this.#options.node) ? 'held' : 'trial';

  /** What is answered for must outlive a power cut. */
  #keep(record: PushRecord, then: () => void): void {
    this.#options.journal.put(record).then(then, () => {}); // asked again, it is tried again
  }

  #wait(push: HeardPush, code: string, reason: string): void {
    const { journal } = this.#options;
    const record = journal.of(push.manifest.name);
    const isNew = record.incoming?.envelope !== push.envelope || record.incoming.phase !== 'waiting';
    if (isNew) void journal.put({ ...record, incoming: { ...push, phase: 'waiting' } });
    this.#tell(push.manifest.name, this.#claim(push), { state: 'receiving', code, reason });
  }

  #receive(push: HeardPush): void {
    const { journal, prefix, watch } = this.#options;
    const { manifest } = push;
    const { name } = manifest;
    const told = this.#claim(push);
    const written = journal.put({ ...journal.of(name), incoming: { ...push, phase: 'receiving' } });
    const transfer = new Transfer({
      ...{ manifest, prefix, watch, path: journal.partPath(name) },
      onProgress: (received, chunks) => this.#tell(name, told, { state: 'receiving', received, chunks }),
      onEnd: (end) => {
        if (end.ok) this.#admit(push, end.path);
        else this.#refuse(push, end.code, end.reason);
      },
    });
    this.#underway.set(name, { push, transfer, aborter: new AbortController() });
    transfer.start(Promise.all([written, this.#leaving.get(name)]));
  }

  /** One after another: each is a process of its own. */
  #admit(push: HeardPush, path: string): void {
    const { manifest } = push;
    const underway = this.#underway.get(manifest.name);
    const isCurrent = (): boolean => !this.#stopped && this.#underway.get(manifest.name) === underway;
    this.#admitting = this.#admitting.then(async () => {
      if (!underway || !isCurrent()) return;
      this.#tell(manifest.name, this.#claim(push), { state: 'receiving', reason: 'on trial in a process of its own' });
      try {
        const { admit, maxBytes } = this.#options;
        const admission = await admit(path, { manifest, limits: { maxBytes }, signal: underway.aborter.signal });
        if (!isCurrent()) return;
        if (admission.ok) await this.#take(push, path, isCurrent);
        else if (admission.code === 'node') this.#tryLater(push, admission.reason);
        else this.#refuse(push, admission.code, admission.reason);
      } catch (error) {
        if (!isCurrent()) return;
        const { code, message } = error as NodeJS.ErrnoException;
        this.#refuse(push, code === 'ENOSPC' ? 'disk-full' : 'failed', message);
      }
    });
  }

  async #take(push: HeardPush, path: string, isCurrent: () => boolean): Promise<void> {
    const { journal, registry, onTaken } = this.#options;
    const { name, version } = push.manifest;
    await registry.addPushed({ name, version, bytes: await readFile(path) });
    const { versions, ...record } = journal.of(name);
    const answered = { ...record, versions: [...versions, versionOf(push)] };
    if (!isCurrent()) return void (await journal.put(answered)); // when it is pushed again, it is here
    const taken = { ...push, phase: this.#firstPhase(push.manifest) };
    this.#untried.delete(name);
    await journal.put({ ...answered, incoming: undefined, taken });
    if (isCurrent()) this.#drop(name, 'drop');
    await this.#leaving.get(name);
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
    const { taken, ...record } = journal.of(name);
    const kept = taken?.envelope === push.envelope ? undefined : taken; // the disk had no room to say that it was taken
    void journal.put({ ...record, incoming: undefined, taken: kept }); // where it cannot be written, it is refused again after the next start
    this.#tell(name, this.#claim(push), { state: 'rejected', code, reason });
  }

  #drop(name: string, part: 'keep' | 'drop'): void {
    const underway = this.#underway.get(name);
    if (!underway && part === 'keep') return;
    this.#underway.delete(name);
    underway?.aborter.abort();
    const gone = underway ? underway.transfer.stop(part) : rm(this.#options.journal.partPath(name), { force: true });
    const left = gone.catch(() => {});
    this.#leaving.set(name, left);
    void left.then(() => this.#leaving.get(name) === left && this.#leaving.delete(name));
  }

  #claim = ({ manifest: { version, sha256, created }, keyId }: HeardPush): Claim & { keyId?: string } => ({
    ...{ version, sha256, created },
    ...(keyId !== undefined && { keyId }),
  });

  #tell(name: string, claim: Claim & { keyId?: string }, news: PushNews): void {
    this.#options.tell(name, claim, news);
  }
}

/** Who answers for a version. */
const versionOf = ({ manifest: { version, sha256, created }, keyId, alsoBy }: HeardPush): AnsweredVersion => ({
  ...{ version, sha256, created },
  ...(keyId !== undefined && { keyId }),
  ...(alsoBy && { alsoBy }),
});
