import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MachineMetrics } from '../../../src/demo/machineMetrics.js';

let root: string;
const write = (file: string, text: string): void => {
  mkdirSync(join(root, file, '..'), { recursive: true });
  writeFileSync(join(root, file), text);
};
const metrics = () => new MachineMetrics({ proc: join(root, 'proc'), sys: join(root, 'sys') });
const measured = (name: string) =>
  metrics()
    .sample()
    .find(({ topic }) => topic === `sensors/machine/${name}`)?.value;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'metrics-'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('MachineMetrics', () => {
  it('measures this very machine: finite figures, one for each of its sensors', () => {
    const here = new MachineMetrics();
    const sample = here.sample();
    expect(sample.map(({ topic }) => topic)).toEqual(here.sensors.map(({ series }) => series));
    expect(sample.length).toBeGreaterThanOrEqual(3);
    expect(sample.every(({ value }) => Number.isFinite(value) && value >= 0)).toBe(true);
    expect(sample.find(({ topic }) => topic.endsWith('/cpu'))!.value).toBeLessThanOrEqual(100);
  });

  it('leaves out what the machine does not have', () => {
    expect(metrics().sensors.map(({ series }) => series)).toEqual(
      ['load', 'cpu', 'memory'].map((name) => `sensors/machine/${name}`),
    );
  });

  it('takes the hottest thermal zone, and not the ones that answer nonsense', () => {
    for (const [zone, millidegrees] of Object.entries({
      thermal_zone0: 48_312,
      thermal_zone1: -274_000,
      thermal_zone2: 51_500,
      cooling_device0: 99_000,
    }))
      write(`sys/class/thermal/${zone}/temp`, `${millidegrees}\n`);
    expect(measured('temperature')).toBe(51.5);
  });

  it('counts what every interface but the loopback received', () => {
    write(
      'proc/net/dev',
      [
        'Inter-|   Receive                            |  Transmit',
        ' face |bytes    packets errs drop fifo frame |bytes    packets',
        '    lo:  999999      49    0    0    0     0     4249      49',
        '  eth0: 303822185  9554    0    0    0     0   736151    6589',
        ' wlan0:1000 7    0    0    0     0   12    1',
      ].join('\n'),
    );
    expect(measured('network/received')).toBe(303_823_185);
  });

  it('counts memory that could be freed at once as free', () => {
    write(
      'proc/meminfo',
      `MemTotal: 1 kB\nMemFree: 1 kB\nMemAvailable:   ${Math.floor(totalmem() / 1024) - 2000} kB\n`,
    );
    expect(measured('memory')).toBeCloseTo(2.048, 1);
  });

  it('keeps a sensor that falls silent out of the sample, not the others', () => {
    write('sys/class/thermal/thermal_zone0/temp', '50000\n');
    const here = metrics();
    rmSync(join(root, 'sys'), { recursive: true });
    expect(here.sensors).toHaveLength(4);
    expect(here.sample()).toHaveLength(3);
  });
});
