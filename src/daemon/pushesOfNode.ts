import type { Config } from '../config/config.js';
import type { Logger } from '../log.js';
import type { BrokerConnection } from '../mqtt/brokerConnection.js';
import type { Clock } from '../pipeline/clock.js';
import type { Admit } from '../registry/push/admission.js';
import type { Claim } from '../registry/push/hearManifest.js';
import { ManifestQueue } from '../registry/push/manifestQueue.js';
import { PushJournal, type PushRecords, pushFolder } from '../registry/push/pushJournal.js';
import { isModelName } from '../registry/push/pushManifest.js';
import { type PushNews, PushReceiver } from '../registry/push/pushReceiver.js';
import type { PushState } from '../registry/push/pushState.js';
import { allNodes, parseManifestTopic, stateTopic } from '../registry/push/pushTopics.js';
import { TrustedKeys } from '../registry/signatures/trustedKeys.js';
import { version } from '../version.js';
import type { ModelsOfNode } from './modelsOfNode.js';
import type { OfferParts } from './offerModel.js';
import { PushRollout } from './pushRollout.js';

const everyMs = 500;
const progressEveryMs = 1000;
const mostNames = 1000; // of strangers that are answered: they may invent more
const mostQueuedBytes = 16 * 1_048_576; // of manifests
const askAgainMs = 60_000;
const lockName = 'pushes';

/** Of the workers of a fleet, which share a node: one hears pushes, all bring what was taken to their series. */
export interface PushesOfFleet {
  readonly pushes: PushRecords;
  tryLock(name: string, onLost: () => void): Promise<boolean>;
  unlock(name: string): Promise<void>;
}

export interface PushesOfNodeOptions extends Pick<OfferParts, 'book' | 'swaps'> {
  readonly connection: BrokerConnection;
  readonly models: ModelsOfNode;
  readonly clock: Clock;
  readonly admit: Admit;
  readonly log: Logger;
  readonly fleet?: PushesOfFleet;
}

export interface PushesOfNode {
  start(): void;
  /** Others wrote something down. */
  reread(): void;
  stop(): Promise<void>;
}

/** Models that are pushed to this node: heard, verified, received, admitted, brought into use, and every change told on the state topic. */
export function pushesOfNode(config: Config, options: PushesOfNodeOptions): PushesOfNode {
  const { connection, models, clock, log, book, swaps, admit, fleet } = options;
  const { prefix } = config.publish;
  const journal = new PushJournal(pushFolder(config.store.path), fleet?.pushes);
  const leads = (): boolean => receiver !== undefined;
  const trusted = new TrustedKeys(config.models);
  const told = new Map<string, string>(); // by name and version, without the time
  const unsent = new Map<string, Buffer>(); // by topic
  let progressMs = Number.NEGATIVE_INFINITY;
  let strangers = 0;

  const send = (topic: string, payload: Buffer): boolean =>
    connection.publish({ topic, qos: 1, retain: true, contentType: 'application/json', payload });

  const tell = (name: string, claim: Claim & { keyId?: string }, news: PushNews): void => {
    const isUnderWay = news.received !== undefined && news.received > 0 && news.received < news.chunks!;
    if (isUnderWay && clock.elapsedMs() - progressMs < progressEveryMs) return;
    if (isUnderWay) progressMs = clock.elapsedMs();
    const { keyId, ...identity } = claim;
    const label = models.registry.standsFor(name);
    const said = { name, ...identity, ...news, ...(keyId !== undefined && { key: keyId }) };
    const active = label === undefined ? null : Number(label.slice(label.lastIndexOf('@') + 1));
    const state: PushState = { ...said, active, time: clock.nowMs() };
    const key = `${name} ${identity.version}`;
    const isNew = told.get(key) !== JSON.stringify(said);
    if (!isNew && news.state !== 'rejected') return;
    if (!told.has(key) && news.state === 'rejected' && keyId === undefined && ++strangers > mostNames) return;
    told.set(key, JSON.stringify(said));
    if (isNew && news.received === undefined)
      log[news.state === 'rejected' || news.code === 'stale' ? 'warn' : 'info'](said, 'a pushed model');
    const topic = stateTopic(prefix, config.node, name);
    const payload = Buffer.from(JSON.stringify(state));
    if (send(topic, payload)) unsent.delete(topic);
    else unsent.set(topic, payload);
  };

  const named = new Set(config.streams.map(({ settings }) => settings.model));
  const rollout = new PushRollout({
    ...{ journal, registry: models.registry, load: models.load, book, swaps, trustedMs: () => clock.trustedMs() },
    isRevoked: (push) => trusted.isRevoked(push),
    ...(fleet && { leads }),
    isKnownName: (name) =>
      named.has(name) || models.registry.versions().some((one) => one.name === name && one.origin !== 'pushed'),
  });

  let following: Promise<void> = Promise.resolve();
  const follow = async (name: string): Promise<void> => {
    await journal.written(); // what is answered outlives a power cut
    const record = journal.of(name);
    const news = await rollout.stand(record);
    if (!news || !leads() || !record.taken || record.incoming) return;
    const { manifest, keyId } = record.taken;
    const { version, sha256, created } = manifest;
    tell(name, { version, sha256, created, ...(keyId !== undefined && { keyId }) }, news);
  };
  const problem = (error: unknown): void =>
    log.error(
      { problem: error instanceof Error ? error.message : String(error) },
      'a pushed model could not be followed',
    );
  const followAll = async (): Promise<void> => {
    for (const { name, taken } of journal.records)
      if (taken && taken.phase !== 'over') await follow(name).catch(problem);
  };

  let receiver: PushReceiver | undefined;
  const newReceiver = (): PushReceiver =>
    new PushReceiver({
      ...{ node: config.node, prefix, daemon: version, maxBytes: config.models.maxBytes },
      ...{ trusted, journal, registry: models.registry, clock, admit, tell },
      watch: (topics, take) =>
        connection.watch(
          topics,
          (message) => {
            if (!topics.includes(message.topic)) return false;
            const payload = Buffer.from(message.payload);
            message.acknowledge();
            take(message.topic, payload);
            return true;
          },
          refused,
        ),
      onTaken: (name) => {
        told.delete(`${name} ${journal.of(name).taken?.manifest.version}`); // whoever pushed it again is answered again
        following = following.then(() => follow(name)).catch(problem);
      },
    });

  let saidRefused = false;
  function refused(filters: readonly string[]): void {
    if (saidRefused) return;
    saidRefused = true;
    log.warn({ filters }, 'the broker does not let this user read models that are pushed: everything else goes on');
  }

  const filters = [config.node, allNodes].map((target) => `${prefix}/${target}/model/+/manifest`);
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let askAgain: NodeJS.Timeout | undefined;
  let unlisten = (): void => {};
  const listen = (): void => {
    unlisten();
    unlisten = connection.watch(
      filters,
      (message) => {
        const topic = parseManifestTopic(prefix, message.topic);
        if (!topic || (topic.target !== config.node && topic.target !== allNodes)) return false;
        if (isModelName(topic.name)) queue.add(message.topic, { ...topic, payload: Buffer.from(message.payload) });
        message.acknowledge(); // no model can have another name: nobody waits for an answer
        return true;
      },
      refused,
    );
  };
  const queue = new ManifestQueue({
    elapsedMs: () => clock.elapsedMs(),
    mostBytes: mostQueuedBytes,
    hear: ({ payload, ...topic }) => {
      try {
        receiver?.hear(topic, payload);
      } catch (error) {
        problem(error);
      }
    },
    onDropped: (count) => {
      log.warn(
        { count },
        'manifests came faster than they can be heard: what is retained is asked for again in a minute',
      );
      clearTimeout(askAgain);
      askAgain = setTimeout(listen, askAgainMs);
    },
  });
  const lead = (): void => {
    receiver = newReceiver();
    listen();
    receiver.start();
  };
  const leave = async (): Promise<void> => {
    const left = receiver;
    receiver = undefined;
    if (fleet) unlisten(); // a node alone goes on to have what comes while it is away
    queue.stop();
    await left?.stop();
  };
  /** Whoever dies, or loses the database, makes room for another. */
  const stand = async (): Promise<void> => {
    if (!fleet || leads() || !(await fleet.tryLock(lockName, () => void leave().catch(problem))) || stopped) return;
    journal.reread();
    log.info('models that are pushed come to this worker');
    lead();
  };
  let polling = false;
  const poll = async (): Promise<void> => {
    for (const [topic, payload] of unsent) if (send(topic, payload)) unsent.delete(topic);
    if (polling) return;
    polling = true;
    try {
      await stand();
      receiver?.poll();
      following = following.then(followAll);
      await following;
    } finally {
      polling = false;
    }
  };

  return {
    start: () => {
      if (!fleet) lead();
      timer = setInterval(() => void poll().catch(problem), everyMs);
    },
    reread: () => journal.reread(),
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      clearTimeout(askAgain);
      await leave();
      await following;
      await fleet?.unlock(lockName);
    },
  };
}
