import { join } from 'node:path';
import mqtt from 'mqtt';
import { expect, it } from 'vitest';
import { cleanup } from '../crash/support/cleanup.js';
import { startDaemon } from '../crash/support/daemon.js';
import { eventually } from '../crash/support/eventually.js';
import { workDirs } from '../crash/support/workDir.js';
import { startMosquitto } from '../support/mosquitto.js';
import { startRelay } from '../support/relay.js';
import { flipBits } from './support/badLine.js';
import { deviceConfig, distinct, expectStored, plugIn, storedCount, valuesFile } from './support/rig.js';
import { builtDevice, startSim } from './support/simDevice.js';

const newDir = workDirs();
const undo = cleanup();
const posix = () => builtDevice('posix');
/** STEPCAST_LINE_READINGS=100000 STEPCAST_REPLUGS=100 is the whole of it. */
const lineReadings = Number(process.env.STEPCAST_LINE_READINGS ?? 10_000);
const replugs = Number(process.env.STEPCAST_REPLUGS ?? 10);

const newBroker = async () => {
  const broker = await startMosquitto();
  undo(() => broker.stop());
  return broker;
};

it('readings come over a pty, through the daemon, into SQLite; forecasts go back to the device; its topics tell of it', async () => {
  const broker = await newBroker();
  const heard = new Map<string, string[]>();
  const client = await mqtt.connectAsync(broker.url);
  undo(() => client.endAsync());
  client.on('message', (topic, payload) => heard.set(topic, [...(heard.get(topic) ?? []), payload.toString()]));
  await client.subscribeAsync('stepcast/pi/device/#');
  const dir = newDir();
  const port = join(dir, 'ttyDevice');
  const values = distinct(400);
  const device = startSim(posix(), { pty: port, id: 'kitchen-7', values: valuesFile(dir, values), every: 0 });
  undo(() => device.kill());
  const daemon = startDaemon({ dir, config: deviceConfig(broker.url, [{ port }]) });
  undo(() => daemon.kill());

  expect(await device.tells('drained')).toMatchObject({ readings: 400, dropped: 0 });
  await eventually('a forecast of the last reading', () =>
    device.told('forecast').some(({ sequence }) => sequence === 400),
  );
  const said = (topic: string) => heard.get(`stepcast/pi/device/kitchen-7/${topic}`) ?? [];
  await eventually('info', () => said('info').length > 0);
  expect(said('status').at(-1)).toBe('online');
  expect(JSON.parse(said('info').at(-1)!)).toMatchObject({
    ...{ id: 'kitchen-7', firmware: 'sim 1.0' },
    channels: [{ channel: 0, name: 'temperature', unit: '°C' }],
  });

  await daemon.kill();
  await eventually('the last will of the device', () => said('status').at(-1) === 'offline');
  expectStored(dir, values);
});

it('a line with bit errors at 1e-4 loses nothing, doubles nothing and changes nothing', async () => {
  const dir = newDir();
  const values = distinct(lineReadings);
  const file = valuesFile(dir, values);
  const device = startSim(posix(), { listen: 0, id: 'far', values: file, every: 0, ring: 1000, leave: 'yes' });
  undo(() => device.kill());
  const { port } = await device.tells('listening');
  const flipped: (() => number)[] = [];
  const relay = await startRelay(Number(port), (pair) => flipped.push(flipBits(pair, 1e-4, 7 + flipped.length)));
  undo(() => relay.close());
  const daemon = startDaemon({
    dir,
    config: deviceConfig('mqtt://127.0.0.1:1', [{ tcp: `127.0.0.1:${relay.port}` }]), // and no broker is there
  });
  undo(() => daemon.kill());

  expect(await device.tells('drained', 10 * lineReadings + 60_000)).toMatchObject({
    readings: lineReadings,
    dropped: 0,
  });
  expect(flipped.reduce((sum, count) => sum + count(), 0)).toBeGreaterThan(lineReadings / 100);
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  expectStored(dir, values);
});

it('unplugging and plugging in again, over and over, loses and doubles nothing', async () => {
  const dir = newDir();
  const values = distinct(60 * replugs);
  const options = { id: 'usb', values: valuesFile(dir, values), every: 20, ring: 4000 };
  const device = startSim(posix(), { listen: 0, ...options });
  undo(() => device.kill());
  const { port } = await device.tells('listening');
  const path = join(dir, 'ttyUSB0');
  const daemon = startDaemon({ dir, config: deviceConfig('mqtt://127.0.0.1:1', [{ port: join(dir, 'ttyUSB*') }]) });
  undo(() => daemon.kill());
  for (let i = 0; i < replugs; i++) {
    const cable = await plugIn(path, Number(port));
    undo(() => cable.pull());
    const before = storedCount(dir);
    await eventually('more readings', () => storedCount(dir) > before || storedCount(dir) === values.length);
    await cable.pull();
  }
  const cable = await plugIn(path, Number(port));
  undo(() => cable.pull());
  expect(await device.tells('drained', 120_000)).toMatchObject({ readings: values.length, dropped: 0 });
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  expectStored(dir, values);
});

it('a daemon that is killed in the middle, again and again, has every reading once when it comes back', async () => {
  const dir = newDir();
  const values = distinct(3_000);
  const options = { id: 'steady', values: valuesFile(dir, values), every: 4, ring: 4000 };
  const device = startSim(posix(), { listen: 0, ...options });
  undo(() => device.kill());
  const { port } = await device.tells('listening');
  const config = deviceConfig('mqtt://127.0.0.1:1', [{ tcp: `127.0.0.1:${port}` }]);
  for (let i = 0; i < 5; i++) {
    const daemon = startDaemon({ dir, config });
    undo(() => daemon.kill());
    const before = storedCount(dir);
    await eventually('more readings', () => storedCount(dir) > before + 100 || storedCount(dir) === values.length);
    await daemon.kill();
  }
  const daemon = startDaemon({ dir, config });
  undo(() => daemon.kill());
  await eventually('the device joins once more', () => daemon.told('a device joined').length > 0);
  expect(await device.tells('drained', 120_000)).toMatchObject({ readings: values.length, dropped: 0 });
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  expectStored(dir, values);
});
