import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { reportHealth } from '../../../src/daemon/reportHealth.js';
import { StepcastError } from '../../../src/errors.js';
import type { Logger } from '../../../src/log.js';

const away = (message: string) => ({
  ...{ state: 'away' as const, misconfigured: false, retryMs: 1 },
  error: new StepcastError({ code: 'BROKER_UNREACHABLE', op: 'connect to', subject: 'mqtt://hub', message }),
});

describe('reportHealth', () => {
  let health: ReturnType<typeof reportHealth>;
  let stalled: string | undefined;
  const said: string[] = [];

  beforeEach(() => {
    vi.useFakeTimers();
    said.length = 0;
    stalled = undefined;
    const log = { info: () => {}, warn: () => {}, error: () => {} } as unknown as Logger;
    health = reportHealth(log);
    health.start({
      source: { unacknowledged: 0 },
      publisher: { status: (text: string) => said.push(text), health: () => {}, counts: () => ({}) },
      ...{ counts: {}, store: {}, clock: { nowMs: () => 0 }, progress: { stalled: () => stalled } },
      book: { size: 0, entries: [], covariates: { of: () => undefined } },
    } as unknown as Parameters<typeof health.start>[0]);
  });
  afterEach(() => void vi.useRealTimers());
  const hear = (status: Parameters<typeof health.broker>[0]) =>
    health.broker(
      status,
      () => {},
      () => {},
    );

  it('is ok while the broker restarts, and degraded once it has been away for a minute, whatever it says each time', () => {
    hear(away('it hung up'));
    vi.advanceTimersByTime(50_000);
    hear(away('connection refused'));
    expect(health.health().status).toBe('ok');
    vi.advanceTimersByTime(11_000);
    expect(health.health()).toMatchObject({
      status: 'degraded',
      reasons: ['connect to mqtt://hub: connection refused [BROKER_UNREACHABLE]'],
    });
    hear({ state: 'connected', protocolVersion: 5, resumed: true });
    expect(health.health()).toMatchObject({ status: 'ok', reasons: [] });
  });

  it('is degraded while the pipeline stands still', () => {
    expect(said.at(-1)).toBe('online');
    stalled = 'the pipeline stands still';
    vi.advanceTimersByTime(10_000);
    expect(health.document()).toMatchObject({ status: 'degraded', reasons: ['the pipeline stands still'], time: 0 });
    expect(said.at(-1)).toBe('degraded');
  });
});
