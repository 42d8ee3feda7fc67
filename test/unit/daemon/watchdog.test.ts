import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startWatchdog } from '../../../src/daemon/watchdog.js';
import type { Logger } from '../../../src/log.js';

describe('the watchdog', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const begin = (watchdogMs: number | undefined) => {
    const told: string[][] = [];
    const logged: string[] = [];
    const asked: number[] = [];
    const state: { stall: string | undefined } = { stall: undefined };
    const stalled = (ms: number) => {
      asked.push(ms);
      return state.stall;
    };
    const log = { fatal: (_: object, message: string) => void logged.push(message) } as unknown as Logger;
    const service = { watchdogMs, tell: async (...lines: string[]) => void told.push(lines) };
    return { told, logged, asked, state, stop: startWatchdog(service, { stalled }, () => '3 series, ok', log) };
  };

  it('is told three times as often as it asks, with what the service does', () => {
    const { told, asked, stop } = begin(30_000);
    vi.advanceTimersByTime(30_000);
    expect(told).toEqual(Array(4).fill(['WATCHDOG=1', 'STATUS=3 series, ok']));
    expect(new Set(asked)).toEqual(new Set([15_000]));
    stop();
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(4);
  });

  it('is told nothing while something stands still, which is logged once, and again when all is well', () => {
    const { told, logged, state } = begin(30_000);
    state.stall = 'the pipeline stands still';
    vi.advanceTimersByTime(30_000);
    expect(told).toHaveLength(1);
    expect(logged).toEqual(['the pipeline stands still: systemd is not told that the service lives']);
    state.stall = undefined;
    vi.advanceTimersByTime(10_000);
    expect(told).toHaveLength(2);
  });

  it('is not there where systemd does not ask', () => {
    expect(begin(undefined).told).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
