import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { deviceExport } from '../../../src/lab/deviceExport.js';
import { cleanup } from '../crash/support/cleanup.js';
import { startDaemon } from '../crash/support/daemon.js';
import { executable } from '../crash/support/installed.js';
import { workDirs } from '../crash/support/workDir.js';
import { startMosquitto } from '../support/mosquitto.js';
import { deviceConfig, distinct, valuesFile } from './support/rig.js';
import { builtDevice, startSim } from './support/simDevice.js';

const newDir = workDirs();
const undo = cleanup();

/** The command line, and how it ended. */
const stepcast = (cwd: string, args: readonly string[]): Promise<{ stdout: string; code: number }> =>
  promisify(execFile)(process.execPath, [executable, ...args], { cwd }).then(
    ({ stdout }) => ({ stdout, code: 0 }),
    (error) => ({ stdout: error.stdout + error.stderr, code: error.code }),
  );

it('a signed model goes down the line into the slot of a device, is tried there and confirmed; one of a stranger is refused', async () => {
  const broker = await startMosquitto();
  undo(() => broker.stop());
  const dir = newDir();
  const { bytes } = await deviceExport({
    ...{ file: 'test/fixtures/torchGru.onnx', kind: 'int8', values: [], cadenceMs: 0, season: 0 },
  });
  writeFileSync(join(dir, 'gru.blob'), bytes);
  for (const name of ['fleet', 'stranger'])
    expect((await stepcast(dir, ['keygen', '--out', `${name}.key`])).code).toBe(0);
  const trust = [readFileSync(join(dir, 'fleet.key.pub'), 'utf8').trim()];
  const [port, flash] = [join(dir, 'ttyDevice'), join(dir, 'flash')];
  mkdirSync(flash);
  const options = { pty: port, flash, id: 'kitchen-7', values: valuesFile(dir, distinct(2_000)), every: 50 };
  const device = startSim(builtDevice('posix'), options);
  undo(() => device.kill());
  const config = { ...deviceConfig(broker.url, [{ port }]), models: { trust } };
  const daemon = startDaemon({ dir, config });
  undo(() => daemon.kill());
  await daemon.connected();

  const push = (key: string, version: number) =>
    stepcast(dir, [
      ...['push', 'gru.blob', '--name', 'gru', '--version', String(version), '--key', key, '--broker', broker.url],
      ...['--node', 'pi', '--device', 'kitchen-7', '--wait', '60s'],
    ]);
  expect(await push('fleet.key', 2)).toEqual({ code: 0, stdout: 'kitchen-7 at pi: active\n' });
  expect(device.told('model').at(-1)).toMatchObject({ version: 2 });
  const refused = await push('stranger.key', 3);
  expect(refused.code).toBe(1);
  expect(refused.stdout).toContain('rejected (models.trust has no key');
  expect(await push('fleet.key', 1)).toMatchObject({ code: 1, stdout: expect.stringContaining('older than 2') });
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });

  await device.kill();
  const again = startSim(builtDevice('posix'), { ...options, pty: `${port}2` });
  undo(() => again.kill());
  expect(await again.tells('model')).toMatchObject({ state: 2, version: 2 }); // confirmed: it stays
});
