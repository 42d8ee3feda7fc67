import { type Observable, Subject } from 'rxjs';
import type { DecodedObservation, Delivery, ReadingSource, Reject } from '../pipeline/ports.js';
import type { SeriesSettings } from '../series/types.js';
import type { BrokerConnection } from './brokerConnection.js';
import type { BrokerMessage } from './brokerMessage.js';
import type { AckTicket } from './deferredAck.js';
import { createDecoder } from './payloads/createDecoder.js';
import type { DecodeSettings } from './payloads/decoder.js';
import { seriesNamer } from './seriesNamer.js';
import { topicMatcher } from './topicFilter.js';

export interface MqttStream {
  readonly filter: string;
  readonly decode: DecodeSettings;
  readonly seriesTemplate: string | undefined;
  readonly settings: SeriesSettings;
}

export interface MqttSourceOptions {
  readonly connection: BrokerConnection;
  readonly streams: readonly MqttStream[]; // the first whose filter matches a topic decodes it
  readonly nowMs: () => number;
  readonly onReject: (reject: Reject) => void; // told at once of what could not be used, except the ordinary
  /** A series is heard for the first time, or for the first time since `use`: `stream` is its place among the streams. */
  readonly onNamed?: (named: NamedSeries) => void;
}

export interface NamedSeries {
  readonly series: string;
  readonly topic: string;
  readonly field: string | undefined; // undefined: the payload is a bare number
  readonly stream: number;
}

export interface MqttSource extends ReadingSource {
  readonly deliveries$: Observable<Delivery>;
  /** Goes on with other streams. What the broker was asked for stays asked for; what no stream takes any more is acknowledged and dropped. */
  use(streams: readonly MqttStream[]): void;
  /** What a value from there is called by now; undefined when no stream takes it. */
  seriesOf(topic: string, field: string | undefined): string | undefined;
  /** Takes nothing more, acknowledges nothing more by itself, and completes `deliveries$`. What was taken may still be acknowledged. */
  drain(): void;
}

/** How much of a refused payload is kept for people to look at. */
const keptBytes = 256;

/**
 * Readings from the broker: subscribes, decodes, names series. Our own topics and retained values without a time of their own are not readings.
 * Every message is acknowledged by whoever gets its delivery; one that holds nothing at all, by the source.
 */
export const createMqttSource = ({
  connection,
  streams: firstStreams,
  nowMs,
  onReject,
  onNamed = () => {},
}: MqttSourceOptions): MqttSource => {
  const deliveries$ = new Subject<Delivery>();
  const decode = createDecoder();
  let streams: readonly MqttStream[];
  let streamOf: (topic: string) => number;
  let names: readonly ReturnType<typeof seriesNamer>[];
  const own = `${connection.settings.prefix}/`;
  let draining = false;

  const listen = (message: BrokerMessage): boolean => {
    if (message.topic.startsWith(own)) return false;
    const index = streamOf(message.topic);
    if (index < 0) return false;
    if (draining) return true;
    const delivery = take(message, streams[index], names[index]);
    if (delivery) deliveries$.next(delivery);
    else message.acknowledge();
    return true;
  };

  const take = (
    message: BrokerMessage,
    { decode: settings, settings: seriesSettings }: MqttStream,
    nameOf: (topic: string, field: string | undefined) => string,
  ): Delivery | undefined => {
    const { topic, payload } = message;
    const arrivedMs = nowMs();
    const observations: DecodedObservation[] = [];
    const rejects: Reject[] = [];
    const reject = (reason: string, detail: string) => {
      const kept = Uint8Array.from(payload.subarray(0, keptBytes));
      const rejected = { topic, reason, detail, payload: kept, arrivedMs, countedOnly: ordinary.has(reason) };
      rejects.push(rejected);
      if (!rejected.countedOnly) onReject(rejected);
    };

    if (payload.length > connection.maxPayloadBytes)
      reject('too_large', `${payload.length} bytes; at most ${connection.maxPayloadBytes} are read`);
    else {
      const decoded = decode(payload, { topic, arrivedMs, contentType: message.contentType, settings });
      let old = 0;
      for (const { field, topic: inner = topic, tMs, y, sequence } of decoded.samples) {
        if (message.retained && tMs === undefined) old++;
        else observations.push({ seriesId: nameOf(inner, field), tMs, y, sequence, settings: seriesSettings });
      }
      if (old > 0) reject('retained', 'an old value, kept by the broker, that does not say when it was measured');
      for (const { reason, detail } of decoded.rejects) reject(reason, detail);
      for (const { topic: replyTopic, payload: reply } of decoded.replies ?? [])
        connection.publish({ topic: replyTopic, qos: 0, retain: false, payload: reply });
    }
    if (observations.length === 0 && rejects.length === 0) return undefined;
    return deliveryOf(message, message.ticket, observations, rejects, arrivedMs);
  };

  const use = (wanted: readonly MqttStream[]): void => {
    streams = wanted;
    streamOf = topicMatcher(streams.map(({ filter }) => filter));
    names = streams.map(({ seriesTemplate }, stream) =>
      seriesNamer(seriesTemplate, undefined, (series, topic, field) => onNamed({ series, topic, field, stream })),
    );
    connection.subscribe(
      streams.map(({ filter }) => filter),
      listen,
    );
  };
  use(firstStreams);

  return {
    deliveries$,
    use,
    seriesOf: (topic, field) => {
      const index = streamOf(topic);
      return index < 0 ? undefined : seriesNamer(streams[index].seriesTemplate)(topic, field);
    },
    drain: () => {
      draining = true;
      deliveries$.complete();
    },
  };
};

/** A sender without a clock, a value the broker kept: nothing is wrong with them. */
const ordinary = new Set(['missing_time', 'retained']);

/** Apart, because a delivery waits for its commit: its closure must keep the ticket, and not the network buffer of the payload. */
const deliveryOf = (
  { topic, packetId, redelivered, session }: BrokerMessage,
  ticket: AckTicket,
  observations: readonly DecodedObservation[],
  rejects: readonly Reject[],
  arrivedMs: number,
): Delivery => ({
  topic,
  observations,
  rejects,
  arrivedMs,
  packetId,
  redelivered,
  session,
  acknowledge: () => ticket.acknowledge(),
});
