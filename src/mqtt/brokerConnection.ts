import mqtt, { type MqttClient } from 'mqtt';
import { type Observable, ReplaySubject, Subject } from 'rxjs';
import { StepcastError } from '../errors.js';
import { backoffMs } from './backoff.js';
import { BrokerMessage } from './brokerMessage.js';
import { brokerProblem } from './brokerProblem.js';
import {
  type BrokerSettings,
  clientOptions,
  defaultMaxPayloadBytes,
  defaultReceiveMaximum,
  shownUrl,
  statusTopic,
} from './brokerSettings.js';
import { type AckTicket, type DeferredAcks, deferAcks } from './deferredAck.js';
import { keepaliveTimer } from './keepaliveTimer.js';
import { type PublishRoute, publishHead, publishHeaderBytes, writePublishHeader } from './publishFrame.js';

export type BrokerStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected'; readonly protocolVersion: 4 | 5; readonly resumed: boolean }
  | { readonly state: 'subscribed'; readonly refused: readonly StepcastError[] }
  | { readonly state: 'away'; readonly error: StepcastError; readonly misconfigured: boolean; readonly retryMs: number }
  | { readonly state: 'closed' };

/** Takes a message by returning true, and acknowledges it some time; false offers it to the next listener. */
export type MessageListener = (message: BrokerMessage) => boolean;

export interface BrokerConnection {
  readonly settings: BrokerSettings;
  readonly maxPayloadBytes: number;
  readonly status$: Observable<BrokerStatus>; // replays the latest
  /** Whenever messages may be accepted again after one was not: connected, or the buffer has emptied. */
  readonly ready$: Observable<void>;
  readonly connected: boolean;
  /** Counts broker sessions begun since the start; 0 while the one of an earlier run goes on. Packet ids mean nothing across two. */
  readonly session: number;
  readonly unacknowledged: number;
  /** @throws StepcastError when URL or certificate files cannot be used. */
  start(): void;
  /** Subscribes at QoS 1, now and in every new session; a broker lowers QoS 2 to it. Listeners are asked in the order they came. */
  subscribe(filters: readonly string[], listener: MessageListener): void;
  /** A way to publish to one topic often: the sender it returns says whether the message was accepted. It keeps nothing for later. */
  route(route: PublishRoute): (payload: Uint8Array) => boolean;
  publish(message: PublishRoute & { readonly payload: Uint8Array }): boolean;
  /** What the status topic says while connected; `online` at first. */
  setStatus(status: string): void;
  /** Sends what is due, says `offline`, disconnects; the session stays at the broker. */
  close(): Promise<void>;
}

export interface BrokerConnectionOptions {
  readonly settings: BrokerSettings;
  readonly random: () => number; // [0, 1), for the jitter
  readonly maxBufferedBytes?: number; // unsent, above which nothing is accepted; default 16 MiB
}

/** A connection that lived this long starts the backoff anew. */
const stableMs = 10_000;
const closeMs = 2_000;

/** The one client of the broker, in and out: a persistent session that comes back for ever, MQTT 5 where the broker speaks it, else 3.1.1. */
export const createBrokerConnection = ({
  settings,
  random,
  maxBufferedBytes = 16 * 1_048_576,
}: BrokerConnectionOptions): BrokerConnection => {
  const status$ = new ReplaySubject<BrokerStatus>(1);
  const ready$ = new Subject<void>();
  const subscriptions: { filters: readonly string[]; listener: MessageListener }[] = [];
  let client: MqttClient | undefined;
  let acks: DeferredAcks | undefined;
  let protocolVersion: 4 | 5 = 5;
  let accepted = false; // this network connection, by its CONNACK
  let up = false; // accepted, and mqtt.js is done resending
  let everAccepted = false;
  let subscribed = false; // in the present session, by this process
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

  const dispatch = (packet: mqtt.IPublishPacket, ticket: AckTicket | undefined) => {
    heard = true;
    const message = new BrokerMessage(packet, ticket, session);
    for (const { listener } of subscriptions) if (listener(message)) return;
    message.acknowledge();
  };

  const brokerIsThere = () => {
    const there = heard || acks!.holding;
    heard = false;
    return there;
  };

  const open = () => {
    const timerVariant = keepaliveTimer(brokerIsThere, () => client?.connected && client.sendPing());
    const opened = mqtt.connect(shownUrl(settings.url), { ...clientOptions(settings, protocolVersion), timerVariant });
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
  };

  // Messages may stand right behind CONNACK, before mqtt.js says `connect`: they belong to the new session already.
  const onConnack = (packet: mqtt.IConnackPacket) => {
    if ((protocolVersion === 5 ? packet.reasonCode : packet.returnCode) !== 0) return;
    accepted = everAccepted = true;
    inFlightLimit = packet.properties?.receiveMaximum ?? 65_535;
    if (packet.sessionPresent) return;
    session++;
    subscribed = false;
  };

  const onConnect = (packet: mqtt.IConnackPacket) => {
    if (closing) return;
    up = true;
    stableTimer = setTimeout(() => (attempt = 0), stableMs);
    stableTimer.unref();
    status$.next({ state: 'connected', protocolVersion, resumed: packet.sessionPresent });
    if (subscribed) status$.next({ state: 'subscribed', refused: [] });
    else
      subscribe(
        subscriptions.flatMap(({ filters }) => filters),
        packet.sessionPresent,
      );
    sayStatus(statusText);
    blocked = false;
    ready$.next();
  };

  const subscribe = (filters: readonly string[], resumed: boolean) => {
    if (filters.length === 0) return;
    const asked = [...new Set(filters)];
    // In a session that goes on, retained messages come only for filters that are new in it.
    const options = { qos: 1, rap: false, rh: resumed ? 1 : 0 } as const;
    client!.subscribe(Object.fromEntries(asked.map((filter) => [filter, options])), (error, _, packet) => {
      if (error && !packet) return; // the connection ended first: the next one asks again
      subscribed = true;
      const granted = packet?.granted as number[] | undefined;
      const refused = asked.filter((_, index) => (granted?.[index] ?? 0) >= 128);
      status$.next({ state: 'subscribed', refused: refused.map(topicRefused) });
    });
  };

  const onClose = () => {
    const connected = accepted;
    accepted = up = false;
    clearTimeout(stableTimer);
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
  };

  const publishQos1 = (topic: string, payload: Buffer, options: { retain: boolean; properties?: object }) => {
    inFlight++;
    client!.publish(topic, payload, { qos: 1, ...options }, () => {
      inFlight--;
      release();
    });
  };
  const sayStatus = (text: string) => publishQos1(statusTopic(settings), Buffer.from(text), { retain: true });

  const topicRefused = (filter: string) =>
    new StepcastError({
      code: 'TOPIC_REFUSED',
      op: 'subscribe to',
      subject: filter,
      message: `${shownUrl(settings.url)} does not allow it`,
      hint: 'check the filter and the rights of this user at the broker',
    });

  const refuse = () => {
    blocked = true;
    return false;
  };
  const release = () => {
    if (!blocked || !up || acks!.link().writer.bufferedBytes > maxBufferedBytes / 2) return;
    blocked = false;
    ready$.next();
  };

  const route = (target: PublishRoute) => {
    const { topic, qos, retain, contentType, expirySeconds } = target;
    const properties = {
      ...(contentType !== undefined && { contentType }),
      ...(expirySeconds !== undefined && { messageExpiryInterval: expirySeconds }),
    };
    let head: Buffer | undefined;
    let headVersion: 4 | 5 | undefined;
    return (payload: Uint8Array): boolean => {
      if (!up) return refuse();
      const { writer } = acks!.link();
      if (writer.bufferedBytes > maxBufferedBytes) return refuse();
      if (qos === 1) {
        if (inFlight >= inFlightLimit) return refuse();
        publishQos1(topic, Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength), { retain, properties });
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
      subscriptions.push({ filters, listener });
      if (up) subscribe(filters, false);
      else subscribed = false;
    },
    route,
    publish: ({ payload, ...target }) => route(target)(payload),
    setStatus: (status) => {
      if (status === statusText) return;
      statusText = status;
      if (up) sayStatus(status);
    },
    close: async () => {
      if (closing) return;
      closing = true;
      clearTimeout(retryTimer);
      clearTimeout(stableTimer);
      const wasUp = up;
      if (wasUp) sayStatus('offline');
      acks?.shut();
      up = false;
      if (client) await end(client, wasUp);
      status$.next({ state: 'closed' });
      status$.complete();
      ready$.complete();
    },
  };
};

/** DISCONNECT once everything sent at QoS 1 is acknowledged; a broker that does not answer is not waited for long. */
const end = (client: MqttClient, connected: boolean): Promise<void> =>
  new Promise((resolve) => {
    const giveUp = setTimeout(() => {
      client.stream.destroy();
      resolve();
    }, closeMs);
    client.end(!connected, () => {
      clearTimeout(giveUp);
      resolve();
    });
  });
