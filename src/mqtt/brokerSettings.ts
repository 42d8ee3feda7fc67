import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import type { IClientOptions } from 'mqtt';
import { StepcastError } from '../errors.js';

export interface BrokerSettings {
  readonly url: string; // mqtt, mqtts, ws or wss
  readonly username?: string;
  readonly password?: string;
  readonly ca?: string; // paths of PEM files
  readonly cert?: string;
  readonly key?: string;
  readonly clientId: string; // names the session at the broker: the same after every start
  readonly node: string;
  readonly prefix: string; // of our own topics
  readonly member?: string; // levels below the node of what one worker of a fleet says for itself: worker/2
  readonly receiveMaximum?: number; // unacknowledged messages, default 10,000
  readonly sessionExpirySeconds?: number; // default 7 days; MQTT 5
  readonly keepaliveSeconds?: number; // default 30
  readonly maxPayloadBytes?: number; // default 1 MiB
}

type ClientOptions = IClientOptions & Pick<SecureContextOptions, 'minVersion'>;

export const defaultMaxPayloadBytes = 1_048_576;
export const defaultReceiveMaximum = 10_000;

/** Messages above this multiple of `maxPayloadBytes` are left out by an MQTT 5 broker; those between are received, refused and counted. */
const packetAllowance = 4;

/** What is wrong with a broker URL, in words; undefined when nothing is. */
export const brokerUrlProblem = (url: string): string | undefined => {
  if (!URL.canParse(url)) return `"${url}" is not a URL; write mqtt://HOST:1883 or mqtts://HOST:8883`;
  const { protocol, hostname } = new URL(url);
  if (!['mqtt:', 'mqtts:', 'ws:', 'wss:'].includes(protocol))
    return `"${protocol}//" is not a way to reach a broker; use mqtt://, mqtts://, ws:// or wss://`;
  return hostname === '' ? `"${url}" names no host` : undefined;
};

/** The URL without user name and password, as messages and logs show it. */
export const shownUrl = (url: string): string => {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  return parsed.href.replace(/\/$/, '');
};

export const statusTopic = ({ prefix, node, member }: Pick<BrokerSettings, 'prefix' | 'node' | 'member'>): string =>
  [prefix, node, ...(member === undefined ? [] : [member]), 'status'].join('/');

/**
 * The settings as mqtt.js takes them. It reconnects and resubscribes nothing by itself: brokerConnection does.
 * @throws StepcastError CONFIG_INVALID for a bad URL, BROKER_TLS for unreadable or contradictory certificate files.
 */
export const clientOptions = (settings: BrokerSettings, protocolVersion: 4 | 5): ClientOptions => {
  const problem = brokerUrlProblem(settings.url);
  if (problem) throw new StepcastError({ code: 'CONFIG_INVALID', op: 'read', subject: 'broker.url', message: problem });
  const url = new URL(settings.url);
  const username = settings.username ?? (decodeURIComponent(url.username) || undefined);
  const password = settings.password ?? (decodeURIComponent(url.password) || undefined);
  const maxPayloadBytes = settings.maxPayloadBytes ?? defaultMaxPayloadBytes;
  return {
    protocolVersion,
    clientId: settings.clientId,
    username,
    password,
    clean: false,
    keepalive: settings.keepaliveSeconds ?? 30,
    connectTimeout: 15_000,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    writeCache: false, // else mqtt-packet keeps a Buffer for each number of 16 bits: 7 MB
    will: { topic: statusTopic(settings), payload: Buffer.from('offline'), qos: 1, retain: true },
    properties:
      protocolVersion === 5
        ? {
            sessionExpiryInterval: settings.sessionExpirySeconds ?? 7 * 86_400,
            receiveMaximum: settings.receiveMaximum ?? defaultReceiveMaximum,
            maximumPacketSize: packetAllowance * maxPayloadBytes + 65_536,
          }
        : undefined,
    log: () => {},
    ...tlsOptions(settings, url),
  };
};

const tlsOptions = (settings: BrokerSettings, url: URL): ClientOptions => {
  const given = (['ca', 'cert', 'key'] as const).filter((name) => settings[name] !== undefined);
  const fail = (subject: string, message: string, hint: string, cause?: unknown): never => {
    throw new StepcastError({ code: 'BROKER_TLS', op: 'read', subject, message, hint, cause });
  };
  if (url.protocol !== 'mqtts:' && url.protocol !== 'wss:') {
    if (given.length > 0)
      fail(`broker.${given[0]}`, `has no meaning with ${url.protocol}//`, 'use mqtts:// or wss://, or leave it out');
    return {};
  }
  if ((settings.cert === undefined) !== (settings.key === undefined))
    fail('broker.cert', 'a client certificate needs both cert and key', 'give both, or neither');
  const read = (name: 'ca' | 'cert' | 'key') => {
    const path = settings[name];
    if (path === undefined) return undefined;
    try {
      return readFileSync(path);
    } catch (cause) {
      const { message } = cause as Error;
      return fail(path, message, `check broker.${name} and that this user may read the file`, cause);
    }
  };
  const tls = {
    minVersion: 'TLSv1.2' as const,
    rejectUnauthorized: true,
    ...{ ca: read('ca'), cert: read('cert'), key: read('key') },
  };
  return { ...tls, wsOptions: tls as IClientOptions['wsOptions'] }; // mqtt.js hands only some of them on to a WebSocket
};
