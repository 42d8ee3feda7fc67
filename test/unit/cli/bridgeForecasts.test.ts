import { expect, it } from 'vitest';
import { BridgeForecasts } from '../../../src/cli/bridgeForecasts.js';
import type { MessageListener } from '../../../src/mqtt/brokerMessage.js';
import type { DeviceForecast } from '../../../src/serial/forecastFrames.js';
import { KnownDevice } from '../../../src/serial/knownDevice.js';
import { FakeDevice } from '../../support/fakeDevice.js';

it('forecasts of a device’s series go to it, from whatever node; other messages do not, and all are acknowledged', () => {
  const watched: { filter: string; listener: MessageListener }[] = [];
  const sent: [channel: number, forecast: DeviceForecast][] = [];
  const forecasts = new BridgeForecasts(
    {
      watch: ([filter], listener) => {
        watched.push({ filter, listener });
        return () => {};
      },
    },
    'stepcast',
    (_, channel, forecast) => sent.push([channel, forecast]),
  );
  const device = new KnownDevice(new FakeDevice().hello);
  const channel = { name: 'CHANNEL', channel: 3, stepMs: 0, label: 'temperature', unit: '' } as const;
  forecasts.follow(device, channel);
  forecasts.follow(device, { ...channel, channel: 4 }); // after another boot
  expect(watched.map(({ filter }) => filter)).toEqual(['stepcast/+/forecast/sensors/fake.temperature']);

  let acknowledged = 0;
  const hear = (topic: string, text: string): boolean =>
    watched[0].listener({ topic, payload: Buffer.from(text), acknowledge: () => acknowledged++ } as never);
  const own = 'stepcast/pi/forecast/sensors/fake.temperature';
  const document = {
    series: 'x',
    time: 5,
    step: 60_000,
    levels: [0.1, 0.5],
    values: [
      [1, 2],
      [3, 4],
    ],
  };
  expect(hear('stepcast/pi/forecast/sensors/other.temperature', '{}')).toBe(false);
  expect(hear(own, JSON.stringify(document))).toBe(true);
  expect(hear(own, 'nonsense')).toBe(true);
  expect(hear(own, JSON.stringify({ ...document, values: [[1], [2, 3]] }))).toBe(true);
  expect(acknowledged).toBe(3);
  expect(sent).toEqual([[4, { tMs: 5, stepMs: 60_000, horizon: 2, levels: [0.1, 0.5], values: [1, 2, 3, 4] }]]);
});
