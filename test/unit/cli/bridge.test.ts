import { describe, expect, it } from 'vitest';
import { cli } from './support.js';

const broker = ['--broker', 'mqtt://hub'];

describe('stepcast bridge', () => {
  it('takes a serial port at 115200 baud, under the name of this machine', async () => {
    const { code, calls } = await cli(['bridge', '--serial', '/dev/ttyACM0', ...broker]);
    expect(code).toBe(0);
    const [[name, command]] = calls as [string, Record<string, unknown>][];
    expect(name).toBe('runBridge');
    expect(command).toMatchObject({
      ...{ node: 'pi', prefix: 'stepcast', state: 'stepcast-bridge.json' },
      devices: [{ port: '/dev/ttyACM0', baud: 115_200 }],
      broker: { url: 'mqtt://hub' },
    });
  });

  it('takes several lines, of both kinds', async () => {
    const lines = ['--serial', '/dev/ttyS0', '--serial', '/dev/ttyS1', '--baud', '9600', '--tcp', '[::1]:7000'];
    const { calls } = await cli(['bridge', ...lines, ...broker, '--node', 'cellar', '--state', 'b.json']);
    expect(calls[0][1]).toMatchObject({
      ...{ node: 'cellar', state: 'b.json' },
      devices: [
        { port: '/dev/ttyS0', baud: 9_600 },
        { port: '/dev/ttyS1', baud: 9_600 },
        { tcp: { host: '::1', port: 7_000 } },
      ],
    });
  });

  it.each([
    [['--serial', '/dev/ttyACM0'], '--broker, or a --config, is needed'],
    [broker, '--serial PATH, or --tcp HOST:PORT, is needed'],
    [['--tcp', 'hub', ...broker], '--tcp hub: expected HOST:PORT'],
    [['--serial', 'a', '--baud', 'fast', ...broker], 'a whole number from 300 to 4000000'],
    [['--serial', 'a', '--node', 'a/b', ...broker], '--node a/b'],
    [['--serial', 'a', '--broker', 'nonsense'], 'expected a broker URL'],
  ])('refuses %j with exit code 2', async (flags, message) => {
    const { code, err, calls } = await cli(['bridge', ...flags]);
    expect({ code, calls }).toEqual({ code: 2, calls: [] });
    expect(err).toContain(message);
    expect(err.trimEnd()).not.toContain('\n');
  });

  it('teaches its use', async () => {
    const { code, out } = await cli(['bridge', '--help']);
    expect(code).toBe(0);
    for (const word of ['--serial', '--baud', '--tcp', '--broker', '--node', 'Examples:', 'sensors/DEVICE.CHANNEL'])
      expect(out).toContain(word);
  });
});
