import { Subject } from 'rxjs';
import { createStreamReader, type NamedSeries, type ReadStream, type StreamSource } from '../payloads/streamReader.js';
import type { DecodedObservation, Delivery, Reject } from '../pipeline/ports.js';
import type { BrokerConnection } from './brokerConnection.js';
import type { BrokerMessage } from './brokerMessage.js';
import type { AckTicket } from './deferredAck.js';

export interface MqttSourceOptions {
  readonly connection: BrokerConnection;
  readonly streams: readonly ReadStream[]; // the first whose filter matches a topic decodes it
  readonly nowMs: () => number;
  readonly onReject: (reject: Reject) => void; // told at once of what could not be used, except the ordinary
  /** A series is heard for the first time, or for the first time since `use`: `stream` is its place among the streams. */
  readonly onNamed?: (named: NamedSeries) => void;
}

/**
 * Readings from the broker: subscribes, decodes, names series. Our own topics and retained values without a time of their own are not readings.
 * Every message is acknowledged by whoever gets its delivery; one that holds nothing at all, by the source.
 */
export const createMqttSource = ({
  connection,
  streams: firstStreams,
  nowMs,
  onReject,
  onNamed,
}: MqttSourceOptions): StreamSource => {
  const deliveries$ = new Subject<Delivery>();
  const reader = createStreamReader({
    ...{ streams: firstStreams, prefix: connection.settings.prefix, maxPayloadBytes: connection.maxPayloadBytes },
    ...{ onReject, onNamed },
  });
  let draining = false;

  const listen = (message: BrokerMessage): boolean => {
    const stream = reader.streamOf(message.topic);
    if (stream < 0) return false;
    if (draining) return true;
    const arrivedMs = nowMs();
    const { observations, rejects, replies = [] } = reader.read(message, arrivedMs, stream);
    for (const { topic, payload } of replies) connection.publish({ topic, qos: 0, retain: false, payload });
    if (observations.length > 0 || rejects.length > 0)
      deliveries$.next(deliveryOf(message, message.ticket, observations, rejects, arrivedMs));
    else message.acknowledge();
    return true;
  };
  const subscribe = (streams: readonly ReadStream[]): void =>
    connection.subscribe(
      streams.map(({ filter }) => filter),
      listen,
    );
  subscribe(firstStreams);

  return {
    deliveries$,
    use: (streams) => {
      reader.use(streams);
      subscribe(streams);
    },
    seriesOf: reader.seriesOf,
    drain: () => {
      draining = true;
      deliveries$.complete();
    },
  };
};

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
