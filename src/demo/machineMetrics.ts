import { readdirSync, readFileSync } from 'node:fs';
import { cpus, freemem, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Sensor } from './sensor.js';

export const machineTopic = 'sensors/machine';

/** One measurement: a bare number, sent under `topic`. */
export interface MachineMetric {
  readonly topic: string;
  readonly value: number;
}

interface Gauge {
  readonly name: string;
  readonly sensor: Omit<Sensor, 'series' | 'moments'>;
  readonly read: () => number | undefined;
}

export interface MachineRoots {
  readonly proc: string;
  readonly sys: string;
}

/** What this machine can tell of itself; a gauge that has nothing to say at the start is left out. */
export class MachineMetrics {
  readonly sensors: readonly Sensor[];
  readonly #gauges: readonly Gauge[];

  constructor(roots: MachineRoots = { proc: '/proc', sys: '/sys' }) {
    this.#gauges = gauges(roots).filter(({ read }) => read() !== undefined);
    this.sensors = this.#gauges.map(({ name, sensor }) => ({
      ...sensor,
      series: `${machineTopic}/${name}`,
      moments: 'live',
    }));
  }

  sample(): MachineMetric[] {
    return this.#gauges.flatMap(({ name, read }) => {
      const value = read();
      return value === undefined ? [] : [{ topic: `${machineTopic}/${name}`, value }];
    });
  }
}

function gauges({ proc, sys }: MachineRoots): Gauge[] {
  return [
    { name: 'load', sensor: { title: 'load, 1 min', decimals: 2 }, read: () => loadavg()[0] },
    { name: 'cpu', sensor: { title: 'CPU busy %', decimals: 1 }, read: cpuBusyPercent() },
    {
      name: 'memory',
      sensor: { title: 'memory in use MB', decimals: 1 },
      read: () => rounded((totalmem() - (availableBytes(proc) ?? freemem())) / 1e6, 3),
    },
    { name: 'temperature', sensor: { title: 'CPU heat °C', decimals: 1 }, read: () => cpuCelsius(sys) },
    {
      name: 'network/received',
      sensor: { title: 'network in kB/s', decimals: 1, scale: 1e-3 },
      read: () => receivedBytes(proc),
    },
  ];
}

/** Since the reading before; the first covers the time since boot. */
function cpuBusyPercent(): () => number {
  let before = { idleMs: 0, totalMs: 0 };
  let busy = 0;
  return () => {
    const now = { idleMs: 0, totalMs: 0 };
    for (const { times } of cpus()) {
      now.idleMs += times.idle;
      now.totalMs += times.user + times.nice + times.sys + times.irq + times.idle;
    }
    const passedMs = now.totalMs - before.totalMs;
    if (passedMs > 0) busy = rounded(100 * (1 - (now.idleMs - before.idleMs) / passedMs), 2);
    before = now;
    return busy;
  };
}

function availableBytes(proc: string): number | undefined {
  const kilobytes = read(join(proc, 'meminfo'))?.match(/^MemAvailable:\s+(\d+) kB/m)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** The hottest thermal zone that gives a sane figure; some drivers answer 0 or −274. */
function cpuCelsius(sys: string): number | undefined {
  const folder = join(sys, 'class/thermal');
  const zones = (list(folder) ?? []).filter((name) => name.startsWith('thermal_zone'));
  const degrees = zones
    .map((zone) => Number(read(join(folder, zone, 'temp')) ?? Number.NaN) / 1000)
    .filter((celsius) => celsius > 0 && celsius < 150);
  return degrees.length > 0 ? Math.max(...degrees) : undefined;
}

/** A counter: bytes received since boot by every interface but the loopback. */
function receivedBytes(proc: string): number | undefined {
  const lines = [...(read(join(proc, 'net/dev')) ?? '').matchAll(/^\s*([^:\s]+):\s*(\d+)/gm)];
  const bytes = lines.filter(([, name]) => name !== 'lo').reduce((sum, [, , count]) => sum + Number(count), 0);
  return bytes > 0 ? bytes : undefined;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function list(folder: string): string[] | undefined {
  try {
    return readdirSync(folder);
  } catch {
    return undefined;
  }
}

const rounded = (value: number, decimals: number): number => Number(value.toFixed(decimals));
