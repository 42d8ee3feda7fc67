import { describe, expect, it } from 'vitest';
import { millionSensors } from '../../../../bench/fleet/millionSensors.js';
import { type FleetFigures, fleetTable } from '../../../../bench/fleet/table.js';

const row = (workers: number, cpuSeconds: number) => ({
  ...{
    workers,
    cpuSeconds,
    perSecond: 4000,
    startSeconds: 2,
    idleMs: 8,
    brokerSeconds: 0.18,
    postgresSeconds: 0.06,
    bytes: 500,
  },
});
const figures: FleetFigures = {
  workers: [row(0, 0.3), row(1, 0.12), row(8, 0.15)],
  ...{ lastMs: 50, failoverMs: 800, failoverAllMs: 2500, rebalancingMs: 2000, series: 500 },
};

describe('figures of a fleet', () => {
  it('come to cores, memory and disk of a million sensors', () => {
    const text = millionSensors(figures);
    expect(text).toContain('16.7 × 0.120 to 0.150 s = 2.0 to 2.5 cores'); // 16.67 thousand readings a second; one machine is no worker
    expect(text).toContain('5 cores. Memory');
    expect(text).toContain('16.7 × 0.180 s = 3.0 cores');
    expect(text).toContain('1.44 · 10⁹ × 500 bytes = 720 GB');
    expect(text).toContain('would be 22 TB');
    expect(text).toContain('where 500 series took 2.5 s');
  });

  it('stand beside those of one worker', () => {
    const rows = fleetTable(figures).split('\n');
    expect(rows.find((one) => one.startsWith('| 8 workers'))).toContain('| 0.150 | 125 % |');
    expect(new Set(rows.map((one) => one.split('|').length))).toEqual(new Set([10]));
  });
});
