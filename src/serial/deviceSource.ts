import { Subject } from 'rxjs';
import type { Delivery, ReadingSource } from '../pipeline/ports.js';
import type { SeriesSettings } from '../series/types.js';
import { topicOfDevice } from './deviceFields.js';
import type { KnownDevice, TakenReading } from './knownDevice.js';

export interface DeviceSourceOptions {
  readonly nowMs: () => number;
  readonly seriesOf: (device: string, channel: string) => { seriesId: string; settings: SeriesSettings };
}

interface Origin {
  readonly device: KnownDevice;
  readonly channel: number;
}

/** Readings of devices as deliveries, one for all that came at once; the device is told of them when they are committed. */
export class DeviceSource implements ReadingSource {
  readonly deliveries$ = new Subject<Delivery>();
  readonly #options: DeviceSourceOptions;
  readonly #origins = new Map<string, Origin>(); // by series

  constructor(options: DeviceSourceOptions) {
    this.#options = options;
  }

  /** Where the readings of a series come from; undefined for one that no device has sent. */
  originOf(series: string): Origin | undefined {
    return this.#origins.get(series);
  }

  take(device: KnownDevice, readings: readonly TakenReading[], acknowledge: () => void): void {
    const { nowMs, seriesOf } = this.#options;
    const observations = readings.map(({ channel: { channel, label }, tMs, y }) => {
      const { seriesId, settings } = seriesOf(device.id, label);
      this.#origins.set(seriesId, { device, channel });
      return { seriesId, settings, tMs, y };
    });
    this.deliveries$.next({
      topic: topicOfDevice(device.id),
      ...{ observations, rejects: [], arrivedMs: nowMs(), packetId: undefined, redelivered: false, session: 0 },
      acknowledge,
    });
  }
}
