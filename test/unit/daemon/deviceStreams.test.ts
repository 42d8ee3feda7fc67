import { expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/loadConfig.js';
import { deviceStreams } from '../../../src/daemon/deviceStreams.js';
import type { NamedSeries } from '../../../src/payloads/streamReader.js';

const streamsOf = (text: string) => loadConfig({ text, env: {}, hostName: 'pi' }).streams;

it('a channel is a field of sensors/DEVICE: the first stream that takes it says how it is named and stepped', () => {
  const named: NamedSeries[] = [];
  let streams = streamsOf(
    'streams: [{ topic: sensors/attic, cadence: 1m, series: "{topic.1}/{field}" }, { topic: sensors/+ }]',
  );
  const seriesOf = deviceStreams(
    () => streams,
    (one) => named.push(one),
  );
  expect(seriesOf('attic', 'temperature')).toMatchObject({
    seriesId: 'attic/temperature',
    settings: { cadenceMs: 60_000 },
  });
  expect(seriesOf('cellar', 'temperature')).toMatchObject({
    seriesId: 'sensors/cellar.temperature',
    settings: { cadenceMs: 0 },
  });
  expect(named.map(({ series, stream }) => [series, stream])).toEqual([
    ['attic/temperature', 0],
    ['sensors/cellar.temperature', 1],
  ]);
  streams = streamsOf('streams: [{ topic: zigbee2mqtt/#, cadence: 1h }]'); // it was read again
  expect(seriesOf('attic', '_x')).toMatchObject({ seriesId: 'sensors/attic.x_x', settings: { cadenceMs: 0 } });
});
