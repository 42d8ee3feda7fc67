import { fleetName, workerOf } from './fleetProblems.js';
import type { ListenAddress } from './listenAddress.js';
import type { ParsedConfig } from './schema.js';
import type { ServerUrl } from './serverUrl.js';
import { type StreamSettings, streamSettings } from './streamSettings.js';

/** The configuration of a run: every default filled in, times in the unit of their name, frozen. */
export interface Config {
  readonly file: string | undefined; // where it came from
  readonly node: string;
  readonly broker: {
    readonly url: string; // without credentials
    readonly encrypted: boolean;
    readonly loopback: boolean;
    readonly username?: string;
    readonly password?: string;
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly clientId: string;
    readonly keepaliveSeconds: number;
    readonly sessionExpirySeconds: number;
    readonly receiveMaximum: number;
    readonly maxPayloadBytes: number;
  };
  readonly source?: SourceConfig;
  readonly store: {
    readonly path: string; // with `postgres`: what the names of a worker's own files begin with
    readonly postgres?: DatabaseAddress; // where readings are kept in place of `path`
    readonly flushMs: number;
    readonly deviceStatesMs: number;
    readonly retention: { readonly readingsMs?: number; readonly forecastsMs?: number }; // absent: for ever
  };
  readonly streams: readonly StreamSettings[];
  readonly learn: {
    readonly enabled: boolean;
    readonly everyMs: number;
    readonly minReadings: number;
    readonly maxCpu: number;
    readonly scope: 'series' | 'shared';
    readonly mostOwn: number;
    readonly probationTicks: number;
  };
  readonly models: {
    readonly dir: string;
    readonly dirGiven: boolean; // false: the default, which stands for the models of the package when the folder is missing
    readonly trust: readonly string[];
    readonly revoked: readonly string[]; // keys, or ids of keys
    readonly allowUnsigned: boolean;
    readonly maxBytes: number;
  };
  readonly publish: {
    readonly prefix: string;
    readonly retain: boolean;
    readonly qos: 0 | 1;
    readonly homeassistant: boolean;
  };
  readonly devices: readonly DeviceAddress[];
  readonly http: {
    readonly listen: ListenAddress | undefined; // undefined: off
    readonly token?: string;
    readonly hosts: readonly string[]; // names it is asked for by, beside its own
    readonly seriesMetrics: boolean;
  };
  readonly log: ParsedConfig['log'];
}

/** A line with a device at its end. */
export type DeviceAddress = { readonly port: string; readonly baud: number } | { readonly tcp: ListenAddress };

/** The queues of a fleet, and the place of this worker in it. */
export interface SourceConfig {
  readonly urls: readonly string[]; // without credentials
  readonly username?: string;
  readonly password?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly partitions: number;
  readonly worker: number;
  readonly workers: number;
  readonly inFlight: number;
  readonly standbyMs: number;
}

export interface DatabaseAddress {
  readonly url: string; // without credentials
  readonly username?: string;
  readonly password?: string;
}

interface Origin {
  file: string | undefined;
  hostName: string;
  dirGiven: boolean;
  learnGiven: boolean; // learn.enabled
}

export function toConfig(parsed: ParsedConfig, { file, hostName, dirGiven, learnGiven }: Origin): Config {
  const { broker, store, models, http } = parsed;
  const own = parsed.source ? fleetName(hostName) : hostName;
  const node = parsed.node ?? (own.replace(/[/+#\p{Cc}]/gu, '-') || 'stepcast');
  const { readings, forecasts } = store.retention;
  const source = parsed.source && sourceConfig(parsed.source, workerOf(parsed, hostName));
  const username = broker.username ?? broker.url.username;
  const password = broker.password ?? broker.url.password;
  return {
    file,
    node,
    broker: {
      url: broker.url.url,
      encrypted: broker.url.encrypted,
      loopback: broker.url.loopback,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(broker.ca !== undefined && { ca: broker.ca }),
      ...(broker.cert !== undefined && { cert: broker.cert }),
      ...(broker.key !== undefined && { key: broker.key }),
      clientId: broker.clientId ?? (source ? `stepcast-${node}-${source.worker}` : `stepcast-${node}`),
      keepaliveSeconds: Math.ceil(broker.keepalive / 1_000),
      sessionExpirySeconds: Math.min(Math.ceil(broker.sessionExpiry / 1_000), 0xffff_fffe), // 0xffffffff would mean never
      receiveMaximum: broker.receiveMaximum,
      maxPayloadBytes: broker.maxPayload,
    },
    ...(source && { source }),
    store: {
      path: store.url ? `stepcast-${workerOf(parsed, hostName)}` : store.path,
      ...(store.url && { postgres: databaseAddress(store.url, store.password) }),
      flushMs: store.flush,
      deviceStatesMs: store.deviceStates,
      retention: {
        ...(readings !== 'forever' && { readingsMs: readings }),
        ...(forecasts !== 'forever' && { forecastsMs: forecasts }),
      },
    },
    streams: parsed.streams.map(streamSettings),
    learn: {
      enabled: parsed.learn.enabled && (learnGiven || store.url === undefined),
      everyMs: parsed.learn.every,
      minReadings: parsed.learn.minReadings,
      maxCpu: parsed.learn.maxCpu,
      scope: parsed.learn.scope,
      mostOwn: parsed.learn.mostOwn,
      probationTicks: parsed.learn.probation,
    },
    models: {
      dir: models.dir,
      dirGiven,
      trust: models.trust,
      revoked: models.revoked,
      allowUnsigned: models.allowUnsigned,
      maxBytes: models.maxBytes,
    },
    publish: parsed.publish,
    devices: parsed.devices.map(({ port, baud, tcp }) => (port === undefined ? { tcp: tcp! } : { port, baud })),
    http: {
      listen: http.listen === 'off' ? undefined : http.listen,
      ...(http.token !== undefined && { token: http.token }),
      hosts: http.hosts,
      seriesMetrics: http.seriesMetrics,
    },
    log: parsed.log,
  };
}

function sourceConfig(source: NonNullable<ParsedConfig['source']>, worker: number): SourceConfig {
  const { url: urls, username, password, standby, worker: _, ...settings } = source;
  const named = urls.find((one) => one.username !== undefined);
  return {
    ...settings,
    worker,
    urls: urls.map(({ url }) => url),
    standbyMs: standby,
    ...credentials(username ?? named?.username, password ?? named?.password),
  };
}

function databaseAddress({ url, username, password }: ServerUrl, given: string | undefined): DatabaseAddress {
  return { url, ...credentials(username, given ?? password) };
}

const credentials = (username: string | undefined, password: string | undefined) => ({
  ...(username !== undefined && { username }),
  ...(password !== undefined && { password }),
});
