import mqtt, { type MqttClient } from 'mqtt';

export interface DevicesOptions {
  readonly urls: readonly string[]; // nodes of one cluster
  readonly series: number;
  readonly perSecond: number; // readings, of all together; none: as fast as they are taken
  readonly readings: number; // of each
  readonly first?: number; // of these. Default: 0, all of them
}

export interface Devices {
  /** Taken by the broker so far. */
  readonly acknowledged: number;
  readonly done: Promise<void>; // all are
  end(): Promise<void>;
}

const connections = 6;
const everyMs = 10;
const firstMs = 1_790_000_000_000;

export const topicOf = (series: number): string => `sensors/room ${series}/temperature`;

/** The n-th reading of a series: the same in every run. */
export const readingOf = (series: number, n: number): { time: number; value: number } => {
  const noise = Math.sin(series * 12.9898 + n * 78.233) * 43_758.5453;
  const value = 20 + (series % 7) + 3 * Math.sin((2 * Math.PI * n) / 24 + series) + (noise - Math.floor(noise));
  return { time: firstMs + n * 1000, value: Number(value.toFixed(2)) };
};

/**
 * Devices that publish at QoS 1 and send a reading once the one before it is acknowledged, as order demands when a broker may die; a connection
 * whose node is gone goes to another.
 */
export const startDevices = ({ urls, series, perSecond, readings, first = 0 }: DevicesOptions): Devices => {
  const servers = urls.map((url) => {
    const { hostname, port } = new URL(url);
    return { host: hostname, port: Number(port), protocol: 'mqtt' as const };
  });
  const clients: MqttClient[] = Array.from({ length: connections }, (_, i) => {
    const own = [...servers.slice(i % servers.length), ...servers.slice(0, i % servers.length)];
    const client = mqtt.connect({
      ...{
        servers: own,
        username: 'guest',
        password: 'guest',
        protocolVersion: 4,
        clientId: `devices-${process.pid}-${i}`,
      },
      ...{ reconnectPeriod: 200, connectTimeout: 5000, clean: true },
    });
    client.on('error', () => {});
    return client;
  });
  const sent = new Int32Array(series).fill(first);
  const busy = new Uint8Array(series);
  let acknowledged = 0;
  let finish = (): void => {};
  const done = new Promise<void>((resolve) => (finish = resolve));

  const send = (one: number): void => {
    const client = clients[one % connections]!;
    if (busy[one] || sent[one]! >= readings || !client.connected) return;
    busy[one] = 1;
    client.publish(topicOf(one), JSON.stringify(readingOf(one, sent[one]!)), { qos: 1 }, (error) => {
      busy[one] = 0;
      if (error) return; // it is sent again
      sent[one]!++;
      acknowledged++;
      if (acknowledged === series * (readings - first)) finish();
      else if (due(one)) send(one);
    });
  };
  const began = performance.now();
  const due = (one: number): boolean =>
    perSecond === 0 || sent[one]! - first < ((performance.now() - began) / 1000) * (perSecond / series) - one / series;
  const timer = setInterval(() => {
    for (let one = 0; one < series; one++) if (due(one)) send(one);
  }, everyMs);

  return {
    get acknowledged() {
      return acknowledged;
    },
    done: done.finally(() => clearInterval(timer)),
    end: async () => {
      clearInterval(timer);
      await Promise.all(clients.map((client) => client.endAsync(true)));
    },
  };
};
