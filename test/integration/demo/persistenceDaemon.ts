import { once } from 'node:events';
import { connectAsync } from 'mqtt';
import type { Daemon } from '../../../src/demo/withDaemon.js';

const hourMs = 3_600_000;

/** The outside of the daemon and none of its inside: it says that every value will stay as it is, ± 1. */
export const persistenceDaemon =
  (seen: { dbPath?: string; readings: number } = { readings: 0 }): Daemon =>
  async ({ broker, node, store, streams }, { signal, onReady }) => {
    seen.dbPath = store.path;
    const client = await connectAsync(broker.url, { protocolVersion: 4 });
    const status = `stepcast/${node}/status`;
    client.on('message', (topic, payload) => {
      seen.readings++;
      const parsed = JSON.parse(payload.toString());
      const isBare = typeof parsed === 'number';
      const { time, ...fields } = isBare ? { time: Date.now() } : parsed;
      const [field, last] = isBare ? ['', parsed] : Object.entries<number>(fields)[0];
      const series = isBare ? topic : `${topic}.${field}`;
      const step = isBare ? 1000 : topic.endsWith('weather') ? 24 * hourMs : hourMs;
      const document = {
        series,
        time: new Date(time).getTime(),
        issued: Date.now(),
        model: 'none@1',
        step,
        last,
        next: last,
      };
      const forecast = { ...document, levels: [0.1, 0.5, 0.9], values: [[last - 1, last, last + 1]] };
      client.publish(`stepcast/${node}/forecast/${series}`, JSON.stringify(forecast), { retain: true });
    });
    await client.publishAsync(status, 'online', { qos: 1, retain: true });
    await client.subscribeAsync(streams.map(({ filter }) => filter));
    onReady();
    if (!signal.aborted) await once(signal, 'abort');
    await client.publishAsync(status, 'offline', { qos: 1, retain: true });
    await client.endAsync();
  };
