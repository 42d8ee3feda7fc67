import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Archive } from '../crash/support/archive.js';
import { cleanup } from '../crash/support/cleanup.js';
import { startDaemon } from '../crash/support/daemon.js';
import { eventually } from '../crash/support/eventually.js';
import { workDirs } from '../crash/support/workDir.js';
import { startMosquitto } from '../support/mosquitto.js';
import { builtDevice, startSim } from './support/simDevice.js';

const newDir = workDirs();
const undo = cleanup();

/** Values that no two readings share. */
const distinct = (count: number): number[] => Array.from({ length: count }, (_, i) => 20 + 3 * Math.sin(i / 7) + i / 1e6);

it('readings come over a pty, through the daemon, into SQLite, and forecasts of them go back to the device', async () => {
  const broker = await startMosquitto();
  undo(() => broker.stop());
  const dir = newDir();
  const [port, file, values] = [join(dir, 'ttyDevice'), join(dir, 'values'), distinct(400)];
  writeFileSync(file, values.join('\n'));
  const device = startSim(builtDevice('posix'), { pty: port, id: 'kitchen-7', values: file, every: 0, leave: 'yes' });
  undo(() => device.kill());
  const daemon = startDaemon({
    dir,
    config: {
      node: 'pi',
      broker: { url: broker.url },
      store: { path: 'stepcast.db', flush: '50ms' },
      devices: [{ port }],
      http: { listen: 'off' },
    },
  });
  undo(() => daemon.kill());

  expect(await device.tells('drained')).toMatchObject({ readings: 400, dropped: 0 });
  await eventually('a forecast', () => device.told('forecast').length > 0);
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  const archive = new Archive(join(dir, 'stepcast.db'));
  undo(() => archive.close());
  const stored = archive.readings();
  expect(new Set(stored.map(({ series }) => series))).toEqual(new Set(['sensors/kitchen-7.temperature']));
  expect(stored.map(({ value }) => value).sort()).toEqual([...values].sort());
});
