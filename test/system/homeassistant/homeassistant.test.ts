import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mqtt from 'mqtt';
import { expect, it } from 'vitest';
import { recorderLimitBytes, updateState } from '../../reference/homeAssistant.js';
import { projectDir } from '../../support/documents.js';
import { cleanup } from '../crash/support/cleanup.js';
import { startDaemon } from '../crash/support/daemon.js';
import { eventually } from '../crash/support/eventually.js';
import { executable } from '../crash/support/installed.js';
import { workDirs } from '../crash/support/workDir.js';
import { startMosquitto } from '../support/mosquitto.js';
import { HomeAssistantClient, type Shown } from './support/homeAssistantClient.js';

const newDir = workDirs();
const undo = cleanup();

const streams = [
  {
    topic: 'zigbee2mqtt/+',
    value: ['temperature', 'humidity'],
    unit: { temperature: '°C', humidity: '%' },
    deviceClass: { temperature: 'temperature', humidity: 'humidity' },
  },
  { topic: 'meters/#', horizon: 1024, levels: [0.05, 0.5, 0.95] },
  { topic: '#' },
];

/** Everything a node of this configuration says, and Home Assistant beside it. */
const scene = async (more: object = {}) => {
  const broker = await startMosquitto();
  undo(() => broker.stop());
  const dir = newDir();
  const config = (changed: object = {}) => ({
    ...{ node: 'pi', broker: { url: broker.url }, streams, http: { listen: 'off' } },
    ...{ publish: { homeassistant: true }, ...more, ...changed },
  });
  const begin = async (changed: object = {}) => {
    const daemon = startDaemon({ dir, config: config(changed) });
    undo(() => daemon.kill());
    await daemon.connected();
    return daemon;
  };
  const sensors = await mqtt.connectAsync(broker.url);
  undo(() => sensors.endAsync(true));
  const published = new Map<string, string>();
  sensors.on('message', (topic, payload) => void published.set(topic, payload.toString()));
  await sensors.subscribeAsync(['stepcast/pi/forecast/#', 'homeassistant/#'], { qos: 1 });
  const send = async (topic: string, payload: string) => void (await sensors.publishAsync(topic, payload, { qos: 1 }));
  const forecastOf = (series: string) => {
    const text = published.get(`stepcast/pi/forecast/${series}`);
    return text ? (JSON.parse(text) as { last: number; next: number; values: number[][] }) : undefined;
  };
  const home = await HomeAssistantClient.start(broker.port);
  undo(() => home.end());
  return { broker, begin, send, forecastOf, home };
};

const one = (entities: readonly Shown[], entityId: string): Shown => {
  const found = entities.filter((entity) => entity.entityId === entityId);
  expect(found, entityId).toHaveLength(1);
  return found[0];
};
const next = 'sensor.zigbee2mqtt_kitchen_temperature_forecast_next';

it('every series appears with what its last forecast says, by the rules of Home Assistant, and never reads its own messages', async () => {
  const { begin, send, forecastOf, home } = await scene();
  const daemon = await begin();
  const office = 'Büro/温度/€';
  for (let i = 0; i < 40; i++) {
    await send(
      'zigbee2mqtt/kitchen',
      JSON.stringify({ temperature: 20 + (i % 5), humidity: 50 - (i % 3), battery: 90 }),
    );
    await send('meters/hall', String(100 + i));
    await send(office, String(i % 7));
  }
  const series = ['zigbee2mqtt/kitchen.temperature', 'zigbee2mqtt/kitchen.humidity', 'meters/hall', office];
  await eventually('the last forecasts', () => forecastOf(series[2])?.last === 139 && forecastOf(office)?.last === 4);
  await eventually('Home Assistant shows the last forecasts', () => {
    if (home.devices.length < 5) return false;
    const shown = home.entities().filter(({ entityId }) => /_forecast_(next|end|low|high)$/.test(entityId));
    const wanted = series.flatMap((name) => {
      const { values } = forecastOf(name)!;
      return [values[0][1], values.at(-1)![1], values[0][0], values[0][2]].map(String);
    });
    return (
      shown
        .map(({ state }) => state)
        .sort()
        .join() === wanted.sort().join()
    );
  });
  expect(home.problems).toEqual([]);
  const entities = home.entities();
  expect(entities).toHaveLength(4 * 5 + 2);
  expect(entities.filter(({ available }) => !available)).toEqual([]);
  expect(one(entities, next)).toMatchObject({ unit: '°C', device: 'zigbee2mqtt/kitchen' });
  expect(Math.max(...entities.map(({ attributeBytes }) => attributeBytes))).toBeLessThan(recorderLimitBytes);
  const points = one(entities, 'sensor.meters_hall_forecast_next').attributes.forecast as { value: number }[];
  expect(points.at(-1)!.value).toBe(forecastOf('meters/hall')!.values[1023][1]);
  expect(one(entities, next).attributes.forecast).toHaveLength(24);
  await daemon.stop();
  expect(daemon.told('stepcast ends')[0]).toMatchObject({ series: 4, rejects: {} });
  await eventually('unavailable', () => home.entities().every(({ available }) => !available));
});

it('all of it is said again when Home Assistant comes online, and is there for one that starts while the daemon is killed', async () => {
  const { broker, begin, send, home } = await scene();
  const daemon = await begin();
  await send('zigbee2mqtt/kitchen', '{"temperature":20.5,"humidity":50}');
  await eventually('both series', () => home.devices.length === 3 && home.entities().length === 12);
  await eventually('their states', () => one(home.entities(), next).state !== undefined);
  const before = home.heard;
  await home.comeOnline();
  // Discovery of the machine, and of each series discovery, state and attributes.
  await eventually('everything again', () => home.heard >= before + 1 + 2 * 3);

  await daemon.kill();
  const late = await HomeAssistantClient.start(broker.port);
  undo(() => late.end());
  await eventually('its entities, from what the broker kept', () => late.entities().length === 12);
  await eventually('told as unavailable by the will', () => late.entities().every(({ available }) => !available));
  const again = await begin();
  await eventually('available', () => late.entities().every(({ available }) => available));
  await again.stop();
});

it('entities go with their series, and all of them when the announcements are turned off', async () => {
  const { begin, send, home } = await scene();
  const first = await begin();
  await send('zigbee2mqtt/kitchen', '{"temperature":20.5,"humidity":50}');
  await send('meters/hall', '100');
  await eventually('three series and the machine', () => home.devices.length === 4);
  await first.stop();

  const renamed = await begin({ streams: [{ ...streams[0], series: 'home/{topic.1}/{field}' }] });
  await eventually('only the machine is left', () => home.devices.length === 1);
  await send('zigbee2mqtt/kitchen', '{"temperature":20.5,"humidity":50}');
  await eventually('the series under their new names', () => home.devices.length === 3);
  await renamed.stop();

  const silent = await begin({ publish: { homeassistant: false } });
  await eventually('nothing', () => home.devices.length === 0);
  await silent.stop();
  expect(home.problems).toEqual([]);
});

it('a model that was pushed is an update entity: its version in use, and what the node says of it', async () => {
  const { broker, begin, home } = await scene({ models: { allowUnsigned: true } });
  const daemon = await begin();
  const file = join(projectDir, 'models/gru-small.onnx');
  const push = ['push', file, '--unsigned', '--name', 'hall', '--version', '7', '--node', 'pi', '--activate', 'now'];
  await promisify(execFile)(process.execPath, [executable, ...push, '--broker', broker.url]);
  const hall = () => home.entities().find(({ entityId }) => entityId === 'update.stepcast_pi_model_hall');
  await eventually('the update entity', () => {
    const { state, attributes } = hall() ?? {};
    return state?.includes('"installed_version":"7"') === true && attributes?.state === 'active';
  });
  expect(updateState.parse(JSON.parse(hall()!.state!))).toEqual({
    ...{ installed_version: '7', latest_version: '7', title: 'hall', in_progress: false },
  });
  expect(hall()!.attributes).toMatchObject({ name: 'hall', version: 7 });
  expect(home.problems).toEqual([]);
  await daemon.stop();
});
