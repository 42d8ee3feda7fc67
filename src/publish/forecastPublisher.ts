import type { Decision } from '../pipeline/modelVersions.js';
import type { Forecast, ForecastSink, Gap } from '../pipeline/ports.js';
import { createOutbox } from './outbox.js';
import type { Publisher } from './publisher.js';

export interface PublishSettings {
  readonly prefix: string;
  readonly node: string;
  readonly member?: string; // levels below the node of what one worker of a fleet says for itself
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly outboxLimit?: number; // series whose latest forecast waits while the broker is away; default 10,000
}

export interface ForecastPublisherOptions {
  readonly publisher: Publisher;
  readonly settings: PublishSettings;
  readonly log: (message: string, details: object, level: 'info' | 'warn') => void;
}

/** Since the start. `sent` were accepted by the connection, `superseded` and `dropped` never left. */
export interface PublishCounts {
  readonly sent: number;
  readonly waiting: number;
  readonly superseded: number;
  readonly dropped: number;
}

export interface ForecastPublisher extends Required<ForecastSink> {
  /** One document on `PREFIX/NODE/health`, retained. */
  health(document: object): void;
  status(status: 'online' | 'degraded'): void;
  /** How forecasts are sent from now on. */
  use(settings: Pick<PublishSettings, 'qos' | 'retain'>): void;
  counts(): PublishCounts;
  stop(): void;
}

interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
}

type Sender = (payload: Uint8Array) => boolean;

type Kept = Pick<Forecast, 'seriesId' | 'horizon' | 'stepMs' | 'json'>;

const contentType = 'application/json';
const messageOutboxLimit = 1_000;
const rememberedRoutes = 65_536;

/** Forecasts, gaps and health to topics. While the broker is away, or slower than the forecasts, the latest of each series waits. */
export const createForecastPublisher = ({ publisher, settings, log }: ForecastPublisherOptions): ForecastPublisher => {
  let { qos, retain } = settings;
  const base = `${settings.prefix}/${settings.node}`;
  const forecasts = createOutbox<Kept>(settings.outboxLimit ?? 10_000);
  const waitingMessages = createOutbox<Message>(messageOutboxLimit);
  const routes = new Map<string, { send: Sender; expirySeconds: number }>();
  const own = settings.member === undefined ? base : `${base}/${settings.member}`;
  const healthRoute = publisher.route({ topic: `${own}/health`, qos: 1, retain: true, contentType });
  let lastHealth: Uint8Array | undefined; // not yet accepted
  let messageNumber = 0;
  let sent = 0;

  const senderOf = ({ seriesId, horizon, stepMs }: Kept): Sender => {
    const expirySeconds = Math.max(1, Math.ceil((horizon * stepMs) / 1000));
    const known = routes.get(seriesId);
    if (known?.expirySeconds === expirySeconds) return known.send;
    if (routes.size >= rememberedRoutes) routes.clear();
    const topic = `${base}/forecast/${topicOfSeries(seriesId)}`;
    const send = publisher.route({ topic, qos, retain, contentType, expirySeconds });
    routes.set(seriesId, { send, expirySeconds });
    return send;
  };
  const sendForecast = (forecast: Kept): boolean => {
    if (!senderOf(forecast)(forecast.json)) return false;
    sent++;
    return true;
  };
  /** A copy: the document it was given is part of a slab. */
  const keep = ({ seriesId, horizon, stepMs, json }: Kept): void =>
    forecasts.put(seriesId, { seriesId, horizon, stepMs, json: json.slice() });
  const sendMessage = ({ topic, payload }: Message): boolean =>
    publisher.publish({ topic, qos: 1, retain: false, contentType, payload });

  const tell = (topic: string, json: string): void => {
    const message = { topic, payload: Buffer.from(json) };
    if (!sendMessage(message)) waitingMessages.put(String(messageNumber++), message);
  };

  const flush = () => {
    if (lastHealth && healthRoute(lastHealth)) lastHealth = undefined;
    waitingMessages.flush(sendMessage);
    forecasts.flush(sendForecast);
  };
  const subscription = publisher.ready$.subscribe(flush);

  return {
    publish: (issued) => {
      for (const forecast of issued) {
        // A waiting forecast of the series is older than this one: it must not leave after it.
        if (forecasts.size > 0 && forecasts.has(forecast.seriesId)) keep(forecast);
        else if (!sendForecast(forecast)) keep(forecast);
      }
    },
    gaps: (found) => {
      for (const gap of found) {
        log('gap', { ...gap }, 'warn');
        tell(`${base}/gap/${topicOfSeries(gap.seriesId)}`, gapJson(gap));
      }
    },
    decisions: (taken) => {
      for (const decision of taken) {
        log('decision about a model', { ...decision }, 'info');
        tell(`${base}/learn/${topicOfSeries(decision.series ?? decision.model)}`, decisionJson(decision));
      }
    },
    health: (document) => {
      const payload = Buffer.from(JSON.stringify(document));
      lastHealth = healthRoute(payload) ? undefined : payload;
    },
    status: (status) => publisher.setStatus(status),
    use: (next) => {
      ({ qos, retain } = next);
      routes.clear();
    },
    counts: () => ({
      sent,
      waiting: forecasts.size,
      superseded: forecasts.replaced,
      dropped: forecasts.dropped + waitingMessages.dropped,
    }),
    stop: () => subscription.unsubscribe(),
  };
};

/** U+0000 and wildcards [MQTT-3.3.2-2], and what a broker may hang up for [MQTT-1.5.4-1]: control characters, lone surrogates, noncharacters. */
const unfit = /[+#\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu;
const longestTopic = 20_000; // characters of at most 3 bytes each; a topic name has room for 65,535 bytes
const deepestTopic = 150; // Mosquitto hangs up for more than 200 levels

/** A series name as the end of a topic name that every broker takes. */
export const topicOfSeries = (seriesId: string): string => {
  let slashes = 0;
  const short = seriesId.length > longestTopic ? seriesId.slice(0, longestTopic) : seriesId;
  return short.replace(unfit, '_').replace(/\//g, () => (++slashes < deepestTopic ? '/' : '_'));
};

const decisionJson = ({ timeMs, durationMs, ...decision }: Decision): string =>
  JSON.stringify({ ...decision, time: timeMs, duration: durationMs });

const gapJson = ({ seriesId, fromMs, toMs, missing, reason }: Gap): string =>
  JSON.stringify({ series: seriesId, from: fromMs, to: toMs, missing, reason });
