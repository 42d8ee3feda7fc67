import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/loadConfig.js';
import { demoConfigText } from '../../../src/demo/demoConfig.js';

const text = demoConfigText({
  brokerUrl: 'mqtt://127.0.0.1:4711',
  dbPath: '/tmp/x.db',
  dashboardPort: 4712,
  replays: [{ topic: 'sensors/a', source: '', sensors: [], rows: [] }],
});

describe('demoConfigText', () => {
  it('is a configuration that the daemon accepts', () => {
    const config = loadConfig({ text, env: {}, hostName: 'elsewhere' });
    expect(config).toMatchObject({
      node: 'demo',
      broker: { url: 'mqtt://127.0.0.1:4711' },
      store: { path: '/tmp/x.db', retention: {} },
      http: { listen: { host: '127.0.0.1', port: 4712 } },
    });
    expect(
      config.streams.map(({ filter, decode, settings }) => [filter, decode.time, settings.cadenceMs, settings.counter]),
    ).toEqual([
      ['sensors/a', 'time', 0, false],
      ['sensors/machine/network/received', undefined, 0, true],
      ['sensors/machine/+', undefined, 0, false],
    ]);
  });
});
