import mqtt, { type MqttClient } from 'mqtt';
import { brokerProblem } from './brokerProblem.js';
import { type BrokerSettings, clientOptions, shownUrl } from './brokerSettings.js';
import { publishRefused, topicsRefused } from './topicProblem.js';

export interface RetainedMessage {
  readonly topic: string;
  readonly payload: Uint8Array; // empty: what is retained there goes
  readonly expirySeconds?: number; // MQTT 5: the broker forgets it then
}

/** A visitor at a broker: no session, no last will. Where the line is cut, it comes back, and what it had to say is said then. */
export interface BrokerClient {
  /** Largest message that the broker takes, bytes; undefined: it does not say. */
  readonly maxPacketBytes: number | undefined;
  /** @throws {StepcastError} TOPIC_REFUSED. */
  subscribe(filters: readonly string[], listener: (topic: string, payload: Buffer) => void): Promise<void>;
  /** Resolves when the broker has it. @throws {StepcastError} TOPIC_REFUSED, where the broker says so. */
  retain(message: RetainedMessage): Promise<void>;
  close(): Promise<void>;
}

type ClientSettings = Pick<
  BrokerSettings,
  'url' | 'username' | 'password' | 'ca' | 'cert' | 'key' | 'keepaliveSeconds'
>;

const reconnectMs = 500;

/** @throws {StepcastError} BROKER_* when the broker cannot be reached at all. */
export async function connectToBroker(settings: ClientSettings): Promise<BrokerClient> {
  const { client, maxPacketBytes } = await connect(settings, 5).catch((error) => {
    const { code } = error as { code?: unknown };
    if (code === 132 || code === 1 || error instanceof HungUp) return connect(settings, 4);
    throw brokerProblem({ url: settings.url, connected: false, error: error as Error, disconnectCode: undefined })
      .error;
  });
  client.on('error', () => {}); // it connects again
  const url = settings.url;
  return {
    maxPacketBytes,
    subscribe: async (filters, listener) => {
      client.on('message', (topic, payload) => listener(topic, payload));
      const grants = await client.subscribeAsync([...filters], { qos: 1 });
      const refused = grants.filter(({ qos }) => qos >= 128).map(({ topic }) => topic);
      if (refused.length > 0) throw topicsRefused(shownUrl(url), refused);
    },
    retain: async ({ topic, payload, expirySeconds }) => {
      const properties = expirySeconds === undefined ? {} : { messageExpiryInterval: expirySeconds };
      try {
        await client.publishAsync(topic, Buffer.from(payload), { qos: 1, retain: true, properties });
      } catch (error) {
        const { code } = error as { code?: unknown };
        throw typeof code === 'number' && code >= 128 ? publishRefused(url, topic, code) : error;
      }
    },
    close: () => client.endAsync(),
  };
}

/** Before it answered: so does RabbitMQ up to 3.12 when it is spoken to in MQTT 5. */
class HungUp extends Error {}

function connect(
  settings: ClientSettings,
  protocolVersion: 4 | 5,
): Promise<{ client: MqttClient; maxPacketBytes?: number }> {
  const { will, ...options } = clientOptions({ ...settings, clientId: '', node: '', prefix: '' }, protocolVersion);
  return new Promise((resolve, reject) => {
    const client = mqtt.connect(shownUrl(settings.url), {
      ...options,
      clientId: `stepcast-push-${Math.random().toString(16).slice(2, 10)}`,
      ...{ clean: true, resubscribe: true, reconnectPeriod: reconnectMs },
      properties: undefined,
    });
    const fail = (error: Error): void => {
      client.end(true);
      reject(error);
    };
    client.once('error', fail);
    client.once('close', () => fail(new HungUp('the connection was closed')));
    client.once('connect', (packet) => {
      client.removeAllListeners('close');
      client.off('error', fail);
      resolve({ client, maxPacketBytes: packet.properties?.maximumPacketSize });
    });
  });
}
