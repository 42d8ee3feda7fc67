import type { Config } from '../config/config.js';
import type { StepcastError } from '../errors.js';
import type { Logger } from '../log.js';
import type { BrokerConnection } from '../mqtt/brokerConnection.js';
import { createMqttSource } from '../mqtt/mqttSource.js';
import type { StreamReaderOptions, StreamSource } from '../payloads/streamReader.js';
import type { reportHealth } from './reportHealth.js';

export interface SourceParts extends Pick<StreamReaderOptions, 'onReject' | 'onNamed'> {
  readonly connection: BrokerConnection;
  readonly nowMs: () => number;
  readonly log: Logger;
}

export interface SourceOfNode extends StreamSource {
  readonly unacknowledged: number;
  start(): void;
  /** After the last acknowledgement. */
  close(): Promise<void>;
  /** Tells of what becomes of the source: `refuse` of what waiting will not change, `onReady` when readings are taken. */
  watch(
    watch: Pick<ReturnType<typeof reportHealth>, 'broker' | 'source'>,
    refuse: (error: StepcastError) => void,
    onReady: () => void,
  ): void;
}

/** What a worker says for itself stands below the node, which all have in common. */
export const memberOf = ({ source }: Config): string | undefined => source && `worker/${source.worker}`;

/** Where the readings of this machine come from: a subscription at the broker, or the queues of a fleet. */
export async function sourceOfNode(
  config: Config,
  { connection, nowMs, log, onReject, onNamed }: SourceParts,
): Promise<SourceOfNode> {
  const { streams, publish, broker, node } = config;
  if (!config.source) {
    const source = createMqttSource({ connection, streams, nowMs, onReject, onNamed });
    return {
      ...source,
      get unacknowledged() {
        return connection.unacknowledged;
      },
      start: () => {},
      close: async () => {},
      watch: (watch, refuse, onReady) =>
        connection.status$.subscribe((status) => watch.broker(status, refuse, onReady)),
    };
  }
  const { createAmqpSource } = await import('../amqp/amqpSource.js');
  const source = createAmqpSource({
    settings: { ...config.source, group: node },
    ...{ streams, prefix: publish.prefix, maxPayloadBytes: broker.maxPayloadBytes, nowMs, random: Math.random },
    ...{ onReject, onNamed },
    onProblem: (message, details) => log.warn(details, message),
  });
  const { deliveries$, lost$, use, seriesOf, drain, start, close } = source;
  return {
    ...{ deliveries$, lost$, use, seriesOf, drain, start, close },
    get unacknowledged() {
      return source.unacknowledged;
    },
    watch: (watch, refuse, onReady) => {
      connection.status$.subscribe((status) => watch.broker(status, refuse, () => {}));
      source.status$.subscribe((status) => watch.source(status, refuse, onReady));
    },
  };
}
