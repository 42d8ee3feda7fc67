import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FrameReader } from '../../../src/serial/frames/frameReader.js';
import type { DeviceMessage } from '../../../src/serial/frames/messages.js';
import { drawnBlob } from '../../support/deviceModels.js';
import { cleanup } from '../crash/support/cleanup.js';
import { startDaemon } from '../crash/support/daemon.js';
import { eventually } from '../crash/support/eventually.js';
import { workDirs } from '../crash/support/workDir.js';
import { startRelay } from '../support/relay.js';
import { deviceConfig, distinct, valuesFile } from './support/rig.js';
import { builtDevice, type SimDevice, type SimOptions, startSim } from './support/simDevice.js';
import { TestHost } from './support/testHost.js';

const newDir = workDirs();
const undo = cleanup();
const id = 'kitchen-7';

type Forecast = Extract<DeviceMessage, { name: 'FORECAST' }>;

/** No calendar: forecasts depend on the readings alone. Its state takes several frames. */
const blob = drawnBlob({ kind: 'int8', cell: 'lstm', hidden: 48, columns: 3, horizon: 6 });

/** A device with the model in its slot, confirmed. Each start on the folder is another boot. */
const start = (flash: string, options: SimOptions): SimDevice => {
  mkdirSync(flash, { recursive: true });
  const device = startSim(builtDevice('posix'), { id, flash, ...options });
  undo(() => device.kill());
  return device;
};

const toHost = async (flash: string, options: SimOptions): Promise<{ host: TestHost; device: SimDevice }> => {
  const host = await TestHost.open();
  undo(() => host.close());
  const device = start(flash, { connect: `127.0.0.1:${host.port}`, every: 0, ...options });
  await host.join();
  return { host, device };
};

const flashWithModel = async (): Promise<string> => {
  const flash = join(newDir(), 'flash');
  const { host, device } = await toHost(flash, { count: 0 });
  expect(await host.push(blob, 1, 1)).toBe(2);
  expect(await host.model({ name: 'MODEL_CONFIRM', transfer: 1, verdict: 1 })).toMatchObject({ status: 3 });
  await device.kill();
  return flash;
};

/** What a device without interruption forecasts after the last of these readings. */
const forecastAfter = async (flash: string, values: readonly number[]): Promise<number[][]> => {
  const { host, device } = await toHost(flash, { values: valuesFile(newDir(), values) });
  const last = (): Forecast | undefined => host.forecasts.find(({ sequence }) => sequence === values.length);
  await eventually('the forecast of the last reading', () => last() !== undefined);
  await device.kill();
  return last()!.values.map((row) => [...row]);
};

it('a device that lost its memory gets it back from the daemon, and forecasts as one that never left', async () => {
  const flash = await flashWithModel();
  const values = distinct(1_240); // a minute of them
  const [before, after] = [values.slice(0, 40), values.slice(40)];
  const dir = newDir();
  const device = start(flash, { listen: 0, values: valuesFile(newDir(), before), every: 10 });
  const port = Number((await device.tells('listening')).port);
  const said: DeviceMessage[] = [];
  const relay = await startRelay(port, ({ near, far }) => {
    const reader = new FrameReader('host', { message: (one) => said.push(one as DeviceMessage), bad: () => {} });
    far.on('data', (chunk) => reader.push(chunk));
    far.pipe(near);
    near.pipe(far);
  });
  undo(() => relay.close());
  const config = deviceConfig('mqtt://127.0.0.1:1', [{ tcp: `127.0.0.1:${relay.port}` }]) as { store: object };
  const daemon = startDaemon({ dir, config: { ...config, store: { ...config.store, deviceStates: '1s' } } });
  undo(() => daemon.kill());

  await device.tells('drained');
  const kept = () => readFileSync(join(dir, 'stepcast.db-devices', `${id}.state.json`), 'utf8');
  await eventually('the state after the last reading is kept', () => {
    try {
      return JSON.parse(kept())[0].sequence === before.length;
    } catch {
      return false; // there is none yet
    }
  });
  await device.kill();

  said.length = 0;
  const again = start(flash, { listen: port, values: valuesFile(newDir(), after), every: 50 });
  const taken = () => said.findIndex((one) => one.name === 'STATE_STATUS' && one.status === 1);
  const own = () => said.slice(taken()).filter((one): one is Forecast => one.name === 'FORECAST');
  await eventually('the state is back, and forecasts come', () => taken() >= 0 && own().length >= 5);
  const forgotten = own()[0].sequence - 1; // readings that came before the state, which does not know them
  relay.reset(); // the line breaks: it has its memory still
  const heard = own().length;
  await eventually('forecasts come over the line that is back', () => own().length >= heard + 3);
  await again.kill();
  expect(daemon.told('a device has its state back')).toHaveLength(1);
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });

  const forecasts = own();
  for (const forecast of [forecasts[0], forecasts[4], forecasts.at(-1)!]) {
    const since = after.slice(forgotten, forecast.sequence);
    expect(await forecastAfter(flash, [...before, ...since])).toEqual(forecast.values.map((row) => [...row]));
  }
  const fresh = await forecastAfter(flash, after.slice(forgotten, forecasts[4].sequence));
  expect(fresh).not.toEqual(forecasts[4].values.map((row) => [...row]));
});
