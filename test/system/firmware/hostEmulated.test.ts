import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { cleanup } from '../crash/support/cleanup.js';
import { startDaemon } from '../crash/support/daemon.js';
import { eventually } from '../crash/support/eventually.js';
import { workDirs } from '../crash/support/workDir.js';
import { startMosquitto } from '../support/mosquitto.js';
import { startEmulated } from './support/emulated.js';
import { deviceConfig, distinct, expectStored, valuesFile } from './support/rig.js';

const newDir = workDirs();
const undo = cleanup();

it.each(['m3', 'm4f'] as const)(
  'firmware on a %s, over serialport on a pty: its readings are in SQLite, the forecasts on the device',
  async (target) => {
    const broker = await startMosquitto();
    undo(() => broker.stop());
    const dir = newDir();
    const values = distinct(300);
    const options = { id: target, values: valuesFile(dir, values), every: 10, ring: 400 };
    const device = await startEmulated(target, options);
    undo(() => device.kill());
    const daemon = startDaemon({ dir, config: deviceConfig(broker.url, [{ port: device.port }]) });
    undo(() => daemon.kill());

    await eventually('every reading is acknowledged', () => device.told('drained').length > 0, 120_000);
    expect(device.told('drained')[0]).toMatchObject({ readings: values.length, dropped: 0 });
    await eventually('a forecast of the last reading', () =>
      device.told('forecast').some(({ sequence }) => sequence === values.length),
    );
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    expectStored(dir, values);
    const [{ values: rows }] = device
      .told('forecast')
      .filter(({ sequence, first }) => sequence === values.length && first === 1);
    const db = new Database(join(dir, 'stepcast.db'), { readonly: true });
    undo(() => db.close());
    // It has single precision.
    const same = db.prepare(
      'SELECT 1 FROM forecasts WHERE horizon = ? AND abs(q10 - ?) + abs(q50 - ?) + abs(q90 - ?) < 1e-3',
    );
    for (const [i, row] of (rows as number[][]).entries()) expect(same.all(i + 1, ...row)).not.toEqual([]);
  },
);
