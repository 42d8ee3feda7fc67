import mqtt, { type MqttClient } from 'mqtt';
import { type Observable, ReplaySubject, Subject } from 'rxjs';
import { backoffMs } from '../backoff.js';
import type { StepcastError } from '../errors.js';
import { BrokerMessage, type MessageListener } from './brokerMessage.js';
import { brokerProblem } from './brokerProblem.js';
import {
  type BrokerSettings,
  clientOptions,
  defaultMaxPayloadBytes,
  defaultReceiveMaximum,
  shownUrl,
  statusTopic,
} from './brokerSettings.js';
import { type AckTicket, type DeferredAcks, deferAcks, type ReceivedPublish } from './deferredAck.js';
import { keepaliveTimer } from './keepaliveTimer.js';
import { type PublishRoute, publishHead, publishHeaderBytes, writePublishHeader } from './publishFrame.js';
import { createSubscriptions } from './subscriptions.js';
import { publishRefused, topicsRefused } from './topicProblem.js';
import { createWatches } from './watches.js';

export type BrokerStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected'; readonly protocolVersion: 4 | 5; readonly resumed: boolean }
  /** What the broker grants by now, and one error for all it does not; again whenever that changes. */
  | { readonly state: 'subscribed'; readonly granted: number; readonly refused: StepcastError | undefined }
  | { readonly state: 'away'; readonly error: StepcastError; readonly misconfigured: boolean; readonly retryMs: number }
  | { readonly state: 'closed' };

export interface BrokerConnection {
  readonly settings: BrokerSettings;
  readonly maxPayloadBytes: number;
  readonly status$: Observable<BrokerStatus>; // replays the latest
  /** Whenever messages may be accepted again after one was not: connected, or the buffer has emptied. */
  readonly ready$: Observable<void>;
  readonly connected: boolean;
  readonly maxPacketBytes: number; // larger ones the broker hangs up for
  /** Counts broker sessions begun since the start; 0 while the one of an earlier run goes on. Packet ids mean nothing across two. */
  readonly session: number;
  readonly unacknowledged: number;
  /** @throws StepcastError when URL or certificate files cannot be used. */
  start(): void;
  /** Subscribes at QoS 1, now and in every new session; a broker lowers QoS 2 to it. Listeners are asked in the order they came. */
  subscribe(filters: readonly string[], listener: MessageListener): void;
  /**
   * Subscribes to what the daemon can do without: a refusal is told to `refused` and nobody else. Retained messages come at every connection.
   * The function returned unsubscribes.
   */
  watch(
    filters: readonly string[],
    listener: MessageListener,
    refused?: (filters: readonly string[]) => void,
  ): () => void;
  /** A way to publish to one topic often: the sender it returns says whether the message was accepted. It keeps nothing for later. */
  route(route: PublishRoute): (payload: Uint8Array) => boolean;
  publish(message: PublishRoute & { readonly payload: Uint8Array }): boolean;
  /** Publishes at QoS 1; `settled` is told whether the broker took it, which may be on a later connection. */
  deliver(
    message: Omit<PublishRoute, 'qos'> & { readonly payload: Uint8Array },
    settled: (isTaken: boolean) => void,
  ): boolean;
  /** What the status topic says while connected; `online` at first. */
  setStatus(status: string): void;
  /**
   * Sends what is due, says `offline`, disconnects; the session stays at the broker. A broker that is slow is waited for, `closeMs` at most.
   * Resolves with the bytes that it had not taken by then: they are lost.
   */
  close(): Promise<number>;
}

export interface BrokerConnectionOptions {
  readonly settings: BrokerSettings;
  readonly random: () => number; // [0, 1), for the jitter
  readonly maxBufferedBytes?: number; // unsent, above which nothing is accepted; default 16 MiB
  readonly askAgainMs?: number; // for refused topic filters; default 1 minute
  readonly closeMs?: number; // default 5 s
  /** The broker did not take a message at QoS 1, which an MQTT 5 broker says. It is gone. */
  readonly onPublishRefused?: (topic: string, error: StepcastError) => void;
}

const largestPacketBytes = 268_435_455; // of a broker that names no limit [MQTT-2.1.4]

/** A connection that lived this long starts the backoff anew. */
const stableMs = 10_000;

/** The one client of the broker, in and out: a persistent session that comes back for ever, MQTT 5 where the broker speaks it, else 3.1.1. */
export const createBrokerConnection = ({
  settings,
  random,
  maxBufferedBytes = 16 * 1_048_576,
  askAgainMs = 60_000,
  closeMs = 5_000,
  onPublishRefused = () => {},
}: BrokerConnectionOptions): BrokerConnection => {
  const status$ = new ReplaySubject<BrokerStatus>(1);
  const ready$ = new Subject<void>();
  let client: MqttClient | undefined;
  let acks: DeferredAcks | undefined;
  let protocolVersion: 4 | 5 = 5;
  let accepted = false; // this network connection, by its CONNACK
  let up = false; // accepted, and mqtt.js is done resending
  let everAccepted = false;
  let closing = false;
  let session = 0;
  let attempt = 0;
  let lastError: (Error & { code?: string | number }) | undefined;
  let disconnectCode: number | undefined;
  let retryTimer: NodeJS.Timeout | undefined;
  let stableTimer: NodeJS.Timeout | undefined;
  let statusText = 'online';
  let heard = false; // since the keepalive was last judged
  let blocked = false; // someone was told false and waits for ready$
  let inFlight = 0;
  let inFlightLimit = 65_535;
  let maxPacketBytes = largestPacketBytes;

  const dispatch = (packet: ReceivedPublish, ticket: AckTicket) => {
    heard = true;
    const message = new BrokerMessage(packet, ticket, session);
    if (!subscriptions.deliver(message) && !watches.deliver(message)) message.acknowledge();
  };

  const brokerIsThere = () => {
    const there = heard || acks!.holding;
    heard = false;
    return there;
  };

  const open = () => {
    const timerVariant = keepaliveTimer(brokerIsThere, () => client?.connected && client.sendPing());
    const clientSettings = { ...clientOptions(settings, protocolVersion), timerVariant, manualConnect: true };
    const opened = mqtt.connect(shownUrl(settings.url), clientSettings);
    client = opened;
    acks = deferAcks(opened, {
      limit: settings.receiveMaximum ?? defaultReceiveMaximum,
      deliver: dispatch,
      written: release,
    });
    const ifCurrent =
      <A extends unknown[]>(handle: (...args: A) => void) =>
      (...args: A) => {
        if (client === opened) handle(...args);
      };
    opened.on('packetreceive', (packet) => {
      if (packet.cmd === 'connack' && client === opened) onConnack(packet);
    });
    opened.on('connect', ifCurrent(onConnect));
    opened.on(
      'disconnect',
      ifCurrent((packet) => (disconnectCode = packet.reasonCode)),
    );
    opened.on(
      'error',
      ifCurrent((error) => (lastError = error as typeof lastError)),
    );
    opened.on('close', ifCurrent(onClose));
    opened.connect();
    hearStream(opened);
  };

  /** Of what goes wrong on a WebSocket mqtt.js tells only that it ended. */
  const hearStream = (of: MqttClient) => {
    of.stream.on('error', (error) => {
      if (client === of) lastError ??= error as typeof lastError;
    });
  };

  // Messages may stand right behind CONNACK, before mqtt.js says `connect`: they belong to the new session already.
  const onConnack = (packet: mqtt.IConnackPacket) => {
    if ((protocolVersion === 5 ? packet.reasonCode : packet.returnCode) !== 0) return;
    accepted = everAccepted = true;
    inFlightLimit = packet.properties?.receiveMaximum ?? 65_535;
    maxPacketBytes = packet.properties?.maximumPacketSize ?? largestPacketBytes;
    if (packet.sessionPresent) return;
    session++;
    subscriptions.forget();
  };

  const onConnect = (packet: mqtt.IConnackPacket) => {
    if (closing) return;
    up = true;
    stableTimer = setTimeout(() => (attempt = 0), stableMs);
    stableTimer.unref();
    status$.next({ state: 'connected', protocolVersion, resumed: packet.sessionPresent });
    // Rights may have changed meanwhile; an MQTT 3.1.1 broker would send all retained messages again.
    subscriptions.ask(protocolVersion === 5 ? 'all' : 'missing', 'anew');
    watches.ask();
    sayStatus(statusText);
    blocked = false;
    ready$.next();
  };

  // rh: retained messages come only for filters that are new in the session.
  const options = { qos: 1, rap: false, rh: 1 } as const;
  const subscriptions = createSubscriptions({
    subscribe: (filters, answered) => {
      client!.subscribe(Object.fromEntries(filters.map((filter) => [filter, options])), (_error, _grants, packet) => {
        if (packet) answered((packet.granted ?? []) as number[]);
      });
    },
    told: (granted, refused) =>
      status$.next({
        state: 'subscribed',
        granted,
        refused: refused.length > 0 ? topicsRefused(settings.url, refused) : undefined,
      }),
    askAgainMs,
  });

  const watches = createWatches({
    subscribe: (filters, answered) => {
      const asked = Object.fromEntries(filters.map((filter) => [filter, { ...options, rh: 0 }]));
      client!.subscribe(asked, (_error, _grants, packet) => {
        if (packet) answered((packet.granted ?? []) as number[]);
      });
    },
    unsubscribe: (filters) => client!.unsubscribe([...filters], () => {}),
    isUp: () => up,
  });

  const onClose = () => {
    const connected = accepted;
    accepted = up = false;
    clearTimeout(stableTimer);
    subscriptions.pause();
    if (closing) return;
    const ending = { url: settings.url, connected, error: lastError, disconnectCode };
    const code = lastError?.code;
    const hungUp = !connected && (code === undefined || code === 'ECONNRESET' || code === 'EPIPE') && !everAccepted;
    lastError = disconnectCode = undefined;
    const tooNew = protocolVersion === 5 && (code === 132 || code === 1);
    if (tooNew || (hungUp && protocolVersion === 5)) {
      fallBack(4);
      return;
    }
    const retryMs = backoffMs(attempt++, random);
    status$.next({ state: 'away', ...brokerProblem(ending), retryMs });
    if (closing) return; // by whoever heard it
    retryTimer = setTimeout(() => {
      if (hungUp) fallBack(5);
      else reconnect();
    }, retryMs);
  };

  const fallBack = (version: 4 | 5) => {
    protocolVersion = version;
    const old = client!;
    open();
    old.end(true);
  };

  const reconnect = () => {
    status$.next({ state: 'connecting' });
    // Without its stores named, mqtt.js would begin with empty ones.
    const { incomingStore, outgoingStore } = client!;
    client!.reconnect({ incomingStore, outgoingStore });
    hearStream(client!);
  };

  const publishQos1 = (
    topic: string,
    payload: Buffer,
    options: { retain: boolean; properties?: object },
    settled: (isTaken: boolean) => void = () => {},
  ) => {
    inFlight++;
    client!.publish(topic, payload, { qos: 1, ...options }, (error) => {
      inFlight--;
      const code = (error as { code?: unknown } | undefined)?.code;
      if (typeof code === 'number' && code >= 128) onPublishRefused(topic, publishRefused(settings.url, topic, code));
      settled(!error);
      release();
    });
  };
  const sayStatus = (text: string) => publishQos1(statusTopic(settings), Buffer.from(text), { retain: true });

  const refuse = () => {
    blocked = true;
    return false;
  };
  const release = () => {
    if (!blocked || !up || acks!.link().writer.bufferedBytes > maxBufferedBytes / 2) return;
    blocked = false;
    ready$.next();
  };

  const route = (target: PublishRoute, settled?: (isTaken: boolean) => void) => {
    const { topic, qos, retain, contentType, expirySeconds, correlationData } = target;
    const properties = {
      ...(contentType !== undefined && { contentType }),
      ...(expirySeconds !== undefined && { messageExpiryInterval: expirySeconds }),
      ...(correlationData !== undefined && { correlationData: Buffer.from(correlationData) }),
    };
    let head: Buffer | undefined;
    let headVersion: 4 | 5 | undefined;
    return (payload: Uint8Array): boolean => {
      if (!up) return refuse();
      const { writer } = acks!.link();
      if (writer.bufferedBytes > maxBufferedBytes) return refuse();
      if (qos === 1) {
        if (inFlight >= inFlightLimit) return refuse();
        const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
        publishQos1(topic, bytes, { retain, properties }, settled);
        return true;
      }
      if (headVersion !== protocolVersion) head = publishHead(target, (headVersion = protocolVersion));
      const remaining = head!.length + payload.length;
      const headerBytes = publishHeaderBytes(remaining);
      const { buffer, offset } = writer.take(headerBytes + head!.length, payload.length);
      writePublishHeader(buffer, offset, retain, remaining);
      buffer.set(head!, offset + headerBytes);
      writer.append(payload);
      return true;
    };
  };

  return {
    settings,
    maxPayloadBytes: settings.maxPayloadBytes ?? defaultMaxPayloadBytes,
    status$,
    ready$,
    get connected() {
      return up;
    },
    get maxPacketBytes() {
      return maxPacketBytes;
    },
    get session() {
      return session;
    },
    get unacknowledged() {
      return acks?.unacknowledged ?? 0;
    },
    start: () => {
      if (client) throw new TypeError('start: the connection is already started');
      status$.next({ state: 'connecting' });
      open();
    },
    subscribe: (filters, listener) => {
      subscriptions.add(filters, listener);
      if (up) subscriptions.ask('missing', 'anew');
    },
    watch: watches.add,
    route: (target) => route(target),
    publish: ({ payload, ...target }) => route(target)(payload),
    deliver: ({ payload, ...target }, settled) => route({ ...target, qos: 1 }, settled)(payload),
    setStatus: (status) => {
      if (status === statusText) return;
      statusText = status;
      if (up) sayStatus(status);
    },
    close: async () => {
      if (closing) return 0;
      closing = true;
      clearTimeout(retryTimer);
      clearTimeout(stableTimer);
      subscriptions.pause();
      const wasUp = up;
      if (wasUp) sayStatus('offline');
      acks?.shut();
      up = false;
      const unsentBytes = client ? await end(client, wasUp, closeMs) : 0;
      status$.next({ state: 'closed' });
      status$.complete();
      ready$.complete();
      return unsentBytes;
    },
  };
};

/** DISCONNECT once everything sent at QoS 1 is acknowledged and all is written, or the end of the patience; how many bytes were not. */
const end = (client: MqttClient, connected: boolean, closeMs: number): Promise<number> =>
  new Promise((resolve) => {
    const giveUp = setTimeout(() => {
      const unsentBytes = client.stream.writableLength;
      client.stream.destroy();
      resolve(unsentBytes);
    }, closeMs);
    client.end(!connected, () => {
      clearTimeout(giveUp);
      resolve(0);
    });
  });
