import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cleanup } from '../crash/support/cleanup.js';
import { startDaemon } from '../crash/support/daemon.js';
import { eventually } from '../crash/support/eventually.js';
import { executable, requireBuild } from '../crash/support/installed.js';
import { workDirs } from '../crash/support/workDir.js';
import { startMosquitto } from '../support/mosquitto.js';
import { distinct, expectStored, storedCount, valuesFile } from './support/rig.js';
import { builtDevice, startSim } from './support/simDevice.js';

const newDir = workDirs();
const undo = cleanup();

const startBridge = (dir: string, args: readonly string[]) => {
  requireBuild();
  const log = join(dir, 'bridge.log');
  const output = openSync(log, 'a');
  const child: ChildProcess = spawn(process.execPath, [executable, 'bridge', ...args], {
    cwd: dir,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const killAtExit = () => child.kill('SIGKILL');
  process.on('exit', killAtExit);
  const exit = once(child, 'exit').then(([code]) => {
    process.off('exit', killAtExit);
    return code as number | null;
  });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exit;
  };
  return { exit, end, log: () => readFileSync(log, 'utf8') };
};

it('a bridge brings readings to a broker and forecasts back; killed in the middle, with the broker gone for a while, it loses and doubles nothing', async () => {
  const broker = await startMosquitto({ persistence: true, config: ['max_queued_messages 0'] });
  undo(() => broker.stop());
  const dir = newDir();
  const values = distinct(1_500);
  const config = { node: 'pi', broker: { url: broker.url }, store: { path: 'stepcast.db' }, http: { listen: 'off' } };
  const daemon = startDaemon({ dir, config });
  undo(() => daemon.kill());
  await daemon.connected();
  const options = { id: 'cellar', values: valuesFile(dir, values), every: 10, ring: 4000 };
  const device = startSim(builtDevice('posix'), { listen: 0, ...options });
  undo(() => device.kill());
  const { port } = await device.tells('listening');
  const args = ['--tcp', `127.0.0.1:${port}`, '--broker', broker.url, '--node', 'attic'];

  const first = startBridge(dir, args);
  undo(() => first.end('SIGKILL'));
  const has = (count: number) => storedCount(dir) >= Math.min(count, values.length);
  await eventually('readings through the bridge', () => has(200));
  await device.tells('forecast');
  await first.end('SIGKILL');
  const second = startBridge(dir, args);
  undo(() => second.end('SIGKILL'));
  const before = storedCount(dir);
  await eventually('more readings', () => has(before + 100));
  await broker.restart();

  expect(await device.tells('drained', 120_000)).toMatchObject({ readings: values.length, dropped: 0 });
  await eventually('every reading', () => has(values.length), 120_000);
  expect(await second.end('SIGTERM')).toBe(0);
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  expectStored(dir, values);
});

it('a bridge that its broker refuses ends with one line and exit code 1', async () => {
  const broker = await startMosquitto({ config: ['allow_anonymous false'] });
  undo(() => broker.stop());
  const dir = newDir();
  const bridge = startBridge(dir, ['--serial', '/dev/ttyNothing', '--broker', broker.url]);
  undo(() => bridge.end('SIGKILL'));
  expect(await bridge.exit).toBe(1);
  expect(bridge.log()).toContain('[BROKER_REFUSED]');
});
