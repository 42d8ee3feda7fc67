import { expect, it } from 'vitest';
import type { Delivery } from '../../../src/pipeline/ports.js';
import { DeviceSource } from '../../../src/serial/deviceSource.js';
import type { ChannelMessage } from '../../../src/serial/frames/messages.js';
import { KnownDevice } from '../../../src/serial/knownDevice.js';
import type { SeriesSettings } from '../../../src/series/types.js';
import { FakeDevice } from '../../support/fakeDevice.js';

it('hands readings over as one delivery of the topic of their device, and knows which channel a series is', () => {
  const settings = { cadenceMs: 0 } as unknown as SeriesSettings;
  const source = new DeviceSource({
    nowMs: () => 5_000,
    seriesOf: (device, channel) => ({ seriesId: `${device}/${channel}`, settings }),
  });
  const deliveries: Delivery[] = [];
  source.deliveries$.subscribe((delivery) => deliveries.push(delivery));
  const device = new KnownDevice(new FakeDevice().hello);
  const channel = (number: number, label: string): ChannelMessage => ({
    ...{ name: 'CHANNEL', channel: number, stepMs: 1_000, label, unit: '' },
  });
  let acknowledged = 0;
  const readings = [
    { channel: channel(0, 'inside'), sequence: 1, tMs: 1_000, y: 20 },
    { channel: channel(3, 'outside'), sequence: 2, tMs: 2_000, y: -4 },
  ];
  source.take(device, readings, () => acknowledged++);
  expect(deliveries).toEqual([
    expect.objectContaining({
      ...{ topic: 'sensors/fake', arrivedMs: 5_000, rejects: [], redelivered: false },
      observations: [
        { seriesId: 'fake/inside', settings, tMs: 1_000, y: 20 },
        { seriesId: 'fake/outside', settings, tMs: 2_000, y: -4 },
      ],
    }),
  ]);
  expect(acknowledged).toBe(0);
  deliveries[0].acknowledge();
  expect(acknowledged).toBe(1);
  expect(source.originOf('fake/outside')).toEqual({ device, channel: 3 });
  expect(source.originOf('other')).toBeUndefined();
});
