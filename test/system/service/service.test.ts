import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { expect, it } from 'vitest';
import { root } from '../../../scripts/bundleOptions.mjs';
import { cleanup } from '../crash/support/cleanup.js';
import { startDaemon } from '../crash/support/daemon.js';
import { eventually } from '../crash/support/eventually.js';
import { compilePreload } from '../crash/support/preload.js';
import { workDirs } from '../crash/support/workDir.js';
import { startMosquitto } from '../support/mosquitto.js';
import { openNotifySocket } from './support/notifySocket.js';

const newDir = workDirs();
const undo = cleanup();
const unit = join(root, 'packaging/stepcast.service');

it('systemd is told when the service is ready, that it lives, that it reloads, and that it stops', async () => {
  const broker = await startMosquitto();
  undo(() => broker.stop());
  const dir = newDir();
  const socket = await openNotifySocket(dir);
  undo(() => socket.close());
  const config = { node: 'pi', broker: { url: broker.url }, streams: [{ topic: 'a' }], http: { listen: 'off' } };
  const env = { NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '60000000' };
  const daemon = startDaemon({ dir, config, env });
  undo(() => daemon.kill());
  await daemon.connected();
  const alive = 'WATCHDOG=1 STATUS=0 series, ok'; // again every 20 s
  const states = () => socket.received.filter((line) => line !== alive);
  await eventually('a sign of life', () => socket.received.includes(alive));
  expect(states()).toEqual(['READY=1']);

  process.kill(daemon.pid, 'SIGHUP');
  await eventually('reloaded', () => states().length >= 3);
  expect(states().slice(1)).toEqual([expect.stringMatching(/^RELOADING=1 MONOTONIC_USEC=\d+$/), 'READY=1']);
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  await eventually('the stop', () => socket.received.at(-1) === 'STOPPING=1');
  expect(daemon.told('systemd cannot be told how the service is')).toEqual([]);
});

it('SIGHUP takes over streams and log level, names what waits, and keeps everything for a file that is wrong', async () => {
  const broker = await startMosquitto();
  undo(() => broker.stop());
  const dir = newDir();
  const file = join(dir, 'stepcast.yaml');
  const common = { node: 'pi', broker: { url: broker.url }, http: { listen: 'off' } };
  const daemon = startDaemon({ dir, config: { ...common, streams: [{ topic: 'old/+' }] } });
  undo(() => daemon.kill());
  await daemon.connected();
  const sensor = await mqtt.connectAsync(broker.url);
  undo(() => sensor.endAsync(true));
  const forecast = new Set<string>();
  sensor.on('message', (topic) => void forecast.add(topic));
  await sensor.subscribeAsync('stepcast/pi/forecast/#', { qos: 1 });
  const reload = async (text: string, message: string, times = 1) => {
    writeFileSync(file, text);
    process.kill(daemon.pid, 'SIGHUP');
    await eventually(message, () => daemon.log().split(message).length > times);
  };

  await sensor.publishAsync('old/a', '1', { qos: 1 });
  await eventually('a forecast', () => forecast.has('stepcast/pi/forecast/old/a'));
  await reload('streams: [', 'stays as it was');
  const next = { ...common, node: 'other', streams: [{ topic: 'new/+' }], learn: { enabled: false, every: '1h' } };
  await reload(JSON.stringify(next), 'the configuration was read again');
  expect(daemon.told('the configuration was read again')[0].applied).toEqual(['streams', 'learn.every']);
  expect(daemon.told('these changes take effect at the next start')[0].keys).toEqual(['node', 'broker.clientId']);
  await sensor.publishAsync('old/b', '1', { qos: 1 });
  await sensor.publishAsync('new/a', '1', { qos: 1 });
  await eventually('a forecast of the new stream', () => forecast.has('stepcast/pi/forecast/new/a'));
  expect(forecast.has('stepcast/pi/forecast/old/b')).toBe(false);
  await reload(JSON.stringify({ ...next, log: { level: 'warn' } }), 'these changes take effect', 2);
  expect(daemon.told('the configuration was read again')).toHaveLength(1);
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
});

it('a storage thread that hangs in a commit ends the signs of life', async () => {
  const broker = await startMosquitto();
  undo(() => broker.stop());
  const dir = newDir();
  const socket = await openNotifySocket(dir);
  undo(() => socket.close());
  const disk = join(dir, 'disk');
  mkdirSync(disk);
  const config = {
    ...{ node: 'pi', broker: { url: broker.url }, streams: [{ topic: 'a' }], http: { listen: 'off' } },
    store: { path: join(disk, 'stepcast.db') },
  };
  const hang = join(dir, 'hang');
  const env = {
    ...{ NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '3000000' },
    ...{ LD_PRELOAD: compilePreload('stall', dir), STALL_DIR: disk, STALL_FLAG: hang },
  };
  const daemon = startDaemon({ dir, config, env });
  undo(() => daemon.kill());
  await daemon.connected();
  await eventually('signs of life', () => socket.received.filter((line) => line.startsWith('WATCHDOG=1')).length > 2);
  writeFileSync(hang, '');
  const sensor = await mqtt.connectAsync(broker.url);
  undo(() => sensor.endAsync(true));
  await sensor.publishAsync('a', '1', { qos: 1 });
  const message = 'the store does not finish a commit: systemd is not told that the service lives';
  await eventually(message, () => daemon.told(message).length > 0);
});

it('the unit is shut in: systemd rates its exposure at 2.0 or better, and what the code needs of it is there', () => {
  const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', unit], { encoding: 'utf8' });
  const exposure = Number(/Overall exposure level for stepcast\.service: ([\d.]+)/.exec(stdout)?.[1]);
  expect(exposure).toBeLessThanOrEqual(2);
  const lines = readFileSync(unit, 'utf8').split('\n');
  for (const line of ['Type=notify', 'NotifyAccess=all', 'WatchdogSec=2min', 'ExecReload=/bin/kill -HUP $MAINPID'])
    expect(lines).toContain(line);
});
