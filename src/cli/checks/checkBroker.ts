import { randomBytes } from 'node:crypto';
import mqtt, { type ISubscriptionGrant, type MqttClient } from 'mqtt';
import type { Config } from '../../config/config.js';
import { brokerProblem } from '../../mqtt/brokerProblem.js';
import { clientOptions } from '../../mqtt/brokerSettings.js';
import { type Finding, failure } from './finding.js';

const timeoutMs = 5_000;

/**
 * Connects and subscribes as the daemon would, under a client id of its own and without a session or a will: a running daemon is
 * not disturbed.
 */
export async function checkBroker(config: Config): Promise<Finding[]> {
  const { url } = config.broker;
  const subject = `broker ${url}`;
  const attempts = [await attempt(config, 5)];
  if ('error' in attempts[0]! && attempts[0].older) attempts.push(await attempt(config, 4));
  const last = attempts.at(-1)!;
  if ('error' in last) return [failure(subject, last.error)];
  const { client, version } = last;
  const filters = config.source ? [] : config.streams.map(({ filter }) => filter); // a fleet reads from its queues
  try {
    const refused = filters.length > 0 ? await refusedFilters(client, filters) : new Set();
    return [
      version === 5
        ? { level: 'ok', subject, message: 'connected with MQTT 5' }
        : {
            level: 'warn',
            subject,
            message: 'connected with MQTT 3.1.1: without message expiry and flow control — use a broker with MQTT 5',
          },
      ...filters.map((filter): Finding => {
        if (!refused.has(filter)) return { level: 'ok', subject: `topic ${filter}`, message: 'subscribed' };
        const message = 'the broker does not allow it — check the filter and the rights of this user at the broker';
        return { level: 'fail', subject: `topic ${filter}`, message, code: 'TOPIC_REFUSED' };
      }),
    ];
  } catch (error) {
    return [failure(subject, error)];
  } finally {
    await client.endAsync(true);
  }
}

type Attempt = { client: MqttClient; version: 4 | 5 } | { error: unknown; older: boolean };

async function attempt(config: Config, version: 4 | 5): Promise<Attempt> {
  const { broker, node, publish } = config;
  let client: MqttClient;
  try {
    const { will, ...options } = clientOptions({ ...broker, node, prefix: publish.prefix }, version);
    client = mqtt.connect(broker.url, {
      ...options,
      clientId: `stepcast-check-${randomBytes(4).toString('hex')}`,
      clean: true,
      properties: version === 5 ? { sessionExpiryInterval: 0 } : undefined,
      connectTimeout: timeoutMs,
      reconnectPeriod: 0,
    });
  } catch (error) {
    return { error, older: false };
  }
  let cause: (Error & { code?: string | number }) | undefined;
  client.on('error', (error) => (cause = error));
  const connected = await new Promise<boolean>((resolve) => {
    client.once('connect', () => resolve(true));
    client.once('close', () => resolve(false));
  });
  if (connected) return { client, version };
  await client.endAsync(true);
  const code = cause?.code;
  const older = version === 5 && (code === undefined || code === 1 || code === 132 || code === 'ECONNRESET');
  return {
    error: brokerProblem({ url: broker.url, connected: false, error: cause, disconnectCode: undefined }).error,
    older,
  };
}

function refusedFilters(client: MqttClient, filters: readonly string[]): Promise<Set<string>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the broker does not answer a subscription')), timeoutMs);
    client.once('close', () => reject(new Error('the broker closed the connection at the subscription')));
    client.subscribe([...filters], { qos: 1 }, (error, granted: ISubscriptionGrant[] | undefined, packet) => {
      clearTimeout(timer);
      if (error && !packet) return reject(error);
      const codes = (packet?.granted ?? granted?.map(({ qos }) => qos) ?? []) as number[];
      resolve(new Set(filters.filter((_, index) => (codes[index] ?? 0) >= 128)));
    });
  });
}
