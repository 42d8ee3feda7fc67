import type { Registry } from 'prom-client';
import { type Labelled, readCounter, readGauge } from './readings.js';

/** What is counted of a device and its line. */
export interface DeviceReading {
  readonly online: boolean;
  readonly device: {
    readonly id: string;
    readonly counts: {
      readonly sessions: number;
      readonly readings: number;
      readonly repeated: number;
      readonly gaps: number;
      readonly dropped: number;
      readonly badFrames: Readonly<Record<string, number>>;
      readonly forecastsSent: number;
    };
    readonly clock: { readonly uncertaintyMs: number };
    readonly stats?: { readonly ringUsed: number; readonly resent: number };
  };
}

/** Devices on lines of their own, by their ids. */
export function deviceMetrics(registry: Registry, devices: () => readonly DeviceReading[]): void {
  const by = (read: (reading: DeviceReading) => number | undefined) => (): Labelled =>
    devices().flatMap((reading) => {
      const value = read(reading);
      return value === undefined ? [] : [[{ device: reading.device.id }, value] as const];
    });
  const labels = ['device'];
  const counter = (name: string, help: string, read: (reading: DeviceReading) => number | undefined): void =>
    readCounter(registry, { name: `stepcast_device_${name}_total`, help, labels }, by(read));
  const gauge = (name: string, help: string, read: (reading: DeviceReading) => number | undefined): void =>
    readGauge(registry, { name: `stepcast_device_${name}`, help, labels }, by(read));

  gauge('online', 'Whether the device is there: 1 or 0.', ({ online }) => Number(online));
  counter('sessions', 'Times the device joined.', ({ device }) => device.counts.sessions);
  counter('readings', 'Readings taken of it.', ({ device }) => device.counts.readings);
  counter('readings_repeated', 'Readings it sent again that were here.', ({ device }) => device.counts.repeated);
  counter('readings_early', 'Readings that came before one that was missing.', ({ device }) => device.counts.gaps);
  counter(
    'readings_dropped',
    'Readings it had no room for, and that never came.',
    ({ device }) => device.counts.dropped,
  );
  counter(
    'readings_resent',
    'Readings it sent more than once, by its own count.',
    ({ device }) => device.stats?.resent,
  );
  counter('forecasts_sent', 'Forecasts sent to it.', ({ device }) => device.counts.forecastsSent);
  gauge('ring_used', 'Readings it holds back until they are acknowledged.', ({ device }) => device.stats?.ringUsed);
  gauge('time_uncertainty_seconds', 'How far the times of its readings may be off.', ({ device }) =>
    Number.isFinite(device.clock.uncertaintyMs) ? device.clock.uncertaintyMs / 1000 : undefined,
  );
  readCounter(
    registry,
    {
      name: 'stepcast_device_bad_frames_total',
      help: 'Frames that were refused, by what was wrong with them.',
      labels: ['device', 'verdict'],
    },
    () =>
      devices().flatMap(({ device: { id, counts } }) =>
        Object.entries(counts.badFrames).map(([verdict, count]) => [{ device: id, verdict }, count] as const),
      ),
  );
}
