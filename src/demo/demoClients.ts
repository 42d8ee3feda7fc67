import { setTimeout as wait } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import type { ForecastDocument } from './scoreboard.js';

const lastWordMs = 2000;
const quietMs = 300;
const longestWaitMs = 5000;

export interface SensorClient {
  publish(topic: string, payload: string): Promise<unknown>;
  close(): Promise<void>;
}

export interface Watcher {
  /** Resolves when no forecast has come for a moment: everything that was sent has been answered. Gives up after five seconds. */
  quiet(): Promise<void>;
  /** Resolves when the node has said `offline`, which it does after its last forecast; or after two seconds. */
  lastWord(): Promise<void>;
  close(): Promise<void>;
}

/** The sensors: one client that publishes at QoS 1. */
export async function connectSensors(url: string): Promise<SensorClient> {
  const client = await connect(url, 'demo-sensors');
  return {
    publish: (topic, payload) => client.publishAsync(topic, payload, { qos: 1 }),
    close: () => client.endAsync(),
  };
}

/** The screen: it hears every forecast of a node and is told nothing else. */
export async function connectWatcher(
  url: string,
  node: string,
  onForecast: (forecast: ForecastDocument) => void,
): Promise<Watcher> {
  const client = await connect(url, 'demo-screen');
  const status = `stepcast/${node}/status`;
  let wasOnline = false;
  let heard = 0;
  let heardLast: () => void;
  const last = new Promise<void>((resolve) => (heardLast = resolve));
  client.on('message', (topic, payload) => {
    if (topic !== status) {
      heard++;
      return onForecast(JSON.parse(payload.toString()) as ForecastDocument);
    }
    const isOffline = payload.toString() === 'offline';
    if (isOffline && wasOnline) heardLast();
    wasOnline = !isOffline;
  });
  await client.subscribeAsync([`stepcast/${node}/forecast/#`, status]);
  return {
    quiet: async () => {
      const begunMs = performance.now();
      for (let before = -1; before !== heard && performance.now() - begunMs < longestWaitMs; ) {
        before = heard;
        await wait(quietMs);
      }
    },
    lastWord: async () => {
      if (!wasOnline) return;
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([last, new Promise((resolve) => (timer = setTimeout(resolve, lastWordMs)))]);
      clearTimeout(timer);
    },
    close: () => client.endAsync(),
  };
}

/** The embedded broker speaks MQTT 3.1.1. */
const connect = (url: string, clientId: string): Promise<MqttClient> =>
  connectAsync(url, { clientId, protocolVersion: 4, reconnectPeriod: 0 });
