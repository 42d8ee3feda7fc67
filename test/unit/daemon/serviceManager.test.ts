import { describe, expect, it } from 'vitest';
import { serviceManager } from '../../../src/daemon/serviceManager.js';
import type { Logger } from '../../../src/log.js';

const silent = { warn: () => {} } as unknown as Logger;
const env = { NOTIFY_SOCKET: '/run/notify' };

describe('serviceManager', () => {
  it('knows how often it is to be told, unless that is another process’ business', () => {
    expect(serviceManager({ ...env, WATCHDOG_USEC: '120000000' }, silent).watchdogMs).toBe(120_000);
    expect(
      serviceManager({ ...env, WATCHDOG_USEC: '120000000', WATCHDOG_PID: `${process.pid}` }, silent).watchdogMs,
    ).toBe(120_000);
    expect(
      serviceManager({ ...env, WATCHDOG_USEC: '120000000', WATCHDOG_PID: '1' }, silent).watchdogMs,
    ).toBeUndefined();
    expect(serviceManager(env, silent).watchdogMs).toBeUndefined();
    expect(serviceManager({ WATCHDOG_USEC: '120000000' }, silent).watchdogMs).toBeUndefined();
  });

  it('logs once that it cannot be told, and goes on', async () => {
    const problems: unknown[] = [];
    const log = { warn: (details: object) => void problems.push(details) } as unknown as Logger;
    const { tell } = serviceManager({ ...env, PATH: '/nowhere' }, log);
    await tell('READY=1');
    await tell('STOPPING=1');
    expect(problems).toEqual([{ program: 'systemd-notify', problem: expect.stringContaining('ENOENT') }]);
  });
});
