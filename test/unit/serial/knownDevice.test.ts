import { expect, it } from 'vitest';
import { KnownDevice } from '../../../src/serial/knownDevice.js';
import { FakeDevice } from '../../support/fakeDevice.js';

it('remembers the readings that a forecast may still be of, and no more than some hundreds', () => {
  const device = new KnownDevice(new FakeDevice().hello, [{ fromMs: 0, epochMs: 0, rate: 1 }]);
  device.channels.set(0, { name: 'CHANNEL', channel: 0, stepMs: 0, label: 'a', unit: '' });
  for (let sequence = 1; sequence <= 2_000; sequence++) {
    const reading = { boot: 77, sequence, held: 0, channel: 0, flags: 0, ms: sequence, value: 1 };
    expect(device.receive({ name: 'READING', ...reading }, () => {})).toBe('taken');
  }
  expect(device.sequenceAt(0, 2_000)).toBe(2_000);
  expect(device.sequenceAt(0, 1_800)).toBe(1_800);
  expect(device.sequenceAt(0, 1_000)).toBeUndefined();
  expect(device.sequenceAt(1, 2_000)).toBeUndefined();
});
