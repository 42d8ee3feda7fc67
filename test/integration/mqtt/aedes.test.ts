import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { firstValueFrom } from 'rxjs';
import { filter, take, toArray } from 'rxjs/operators';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createBrokerConnection } from '../../../src/mqtt/brokerConnection.js';
import { createMqttSource } from '../../../src/mqtt/mqttSource.js';
import { createForecastPublisher } from '../../../src/publish/forecastPublisher.js';

let broker: Aedes;
let server: Server;
let url: string;

beforeEach(async () => {
  broker = await Aedes.createBroker();
  server = createServer(broker.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`;
});

afterEach(async () => {
  await new Promise<void>((resolve) => broker.close(() => resolve()));
  server.close();
});

const settings = {
  cadenceMs: 0,
  aggregate: 'mean',
  lateMs: 0,
  maxGapSteps: 10,
  counter: false,
  season: 0,
  horizon: 24,
  levels: [0.1, 0.5, 0.9],
  model: 'auto',
} as const;

it('takes readings from an embedded MQTT 3.1.1 broker and publishes forecasts to it', async () => {
  const connection = createBrokerConnection({
    settings: { url, clientId: 'stepcast-pi', node: 'pi', prefix: 'stepcast' },
    random: () => 0,
  });
  const source = createMqttSource({
    connection,
    streams: [{ filter: '#', decode: { payload: 'auto', value: [] }, seriesTemplate: undefined, settings }],
    nowMs: () => 1_000,
    onReject: () => {},
  });
  const sink = createForecastPublisher({
    publisher: connection,
    settings: { prefix: 'stepcast', node: 'pi', qos: 1, retain: true },
    log: () => {},
  });
  const subscribed = firstValueFrom(connection.status$.pipe(filter(({ state }) => state === 'subscribed')));
  const three = firstValueFrom(source.deliveries$.pipe(take(3), toArray()));
  connection.start();
  expect(await subscribed).toEqual({ state: 'subscribed', granted: 1, refused: undefined });

  const sensor = await mqtt.connectAsync(url);
  for (const y of ['1', '2', '3']) await sensor.publishAsync('sensors/a', y, { qos: 1 });
  const deliveries = await three;
  expect(deliveries.map(({ observations }) => observations[0].y)).toEqual([1, 2, 3]);
  const values = new Float64Array(2);
  const common = { tMs: 0, stepMs: 1_000, horizon: 2, tick: 0, last: 0, levels: [0.5], values };
  sink.publish([{ ...common, seriesId: 'sensors/a', json: Buffer.from('{"next":4}') }]);
  for (const delivery of deliveries) delivery.acknowledge();

  const nextMessage = () => new Promise<void>((resolve) => sensor.once('message', () => resolve()));
  const heard: Record<string, string> = {};
  sensor.on('message', (topic, payload) => {
    heard[topic] = payload.toString();
  });
  await sensor.subscribeAsync('stepcast/#', { qos: 1 });
  while (!heard['stepcast/pi/forecast/sensors/a'] || !heard['stepcast/pi/status']) await nextMessage();
  expect(heard).toMatchObject({ 'stepcast/pi/forecast/sensors/a': '{"next":4}', 'stepcast/pi/status': 'online' });

  await connection.close();
  while (heard['stepcast/pi/status'] !== 'offline') await nextMessage();
  await sensor.endAsync();
});
