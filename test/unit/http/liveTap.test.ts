import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Heard, LiveTap } from '../../../src/http/liveTap.js';
import type { Forecast, Gap } from '../../../src/pipeline/ports.js';

let health: { status: 'ok' | 'degraded' };
let sent: Heard[];
let tap: LiveTap;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  health = { status: 'ok' };
  sent = [];
  tap = new LiveTap({ health: () => health, send: (heard) => sent.push(heard) });
});
afterEach(() => {
  tap.lost();
  vi.useRealTimers();
});

const forecast = (seriesId: string, last: number): Forecast => ({
  ...{ seriesId, tMs: 1000, stepMs: 60, horizon: 1, tick: 0, last, levels: [0.1, 0.5, 0.9] },
  values: Float64Array.of(last - 1, last, last + 1),
  json: Buffer.from(`{"last":${last}}`),
});
const gap = (toMs: number): Gap => ({ seriesId: 'a', fromMs: 0, toMs, missing: 1, reason: 'cadence' });

describe('LiveTap', () => {
  it('sends the last of each series that moved, now and then, and what is wanted in full at once', () => {
    tap.listeners(['b']);
    tap.forecasts([forecast('a', 1)]);
    tap.forecasts([forecast('a', 2)]);
    expect(sent).toEqual([]);
    tap.forecasts([forecast('b', 3)]);
    expect(sent).toMatchObject([
      { latest: [{ series: 'a', last: 2 }, { series: 'b' }], forecasts: [{ series: 'b', json: '{"last":3}' }] },
    ]);
    tap.taken();
    tap.forecasts([forecast('a', 4)]);
    vi.advanceTimersByTime(250);
    expect(sent[1]).toEqual({ latest: [expect.objectContaining({ series: 'a', last: 4 })] });
  });

  it('sends nothing more before the last was taken, and then all of what came since, however much', () => {
    tap.listeners(['a']);
    tap.gaps(Array.from({ length: 1000 }, (_, i) => gap(i)));
    expect(sent).toMatchObject([{ gaps: { length: 1000 } }]);
    for (let i = 1; i <= 1000; i++) {
      tap.forecasts([forecast('a', i)]);
      tap.gaps([gap(i)]);
    }
    vi.advanceTimersByTime(1000);
    expect(sent).toHaveLength(1);
    tap.taken();
    const [, { latest, forecasts, gaps }] = sent;
    expect(latest).toMatchObject([{ series: 'a', last: 1000 }]);
    expect(forecasts!.map(({ json }) => json)).toEqual(
      Array.from({ length: forecasts!.length }, (_, i) => `{"last":${1001 - forecasts!.length + i}}`),
    );
    expect([forecasts!.length, gaps!.length, gaps!.at(-1)!.to]).toEqual([256, 256, 1000]);
  });

  it('tells of gaps while nobody listens, and of nothing else', () => {
    tap.forecasts([forecast('a', 1)]);
    health = { status: 'degraded' };
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual([]);
    tap.gaps([gap(1)]);
    expect(sent).toMatchObject([{ gaps: [{ to: 1 }] }]);
    expect(sent[0].latest).toBeUndefined();
  });

  it('tells of health when it changes, and to a listener that comes later once more', () => {
    const told = (): unknown => {
      vi.advanceTimersByTime(250);
      tap.taken();
      return sent.splice(0).map((heard) => heard.health?.status);
    };
    tap.listeners([]);
    expect([told(), told()]).toEqual([['ok'], []]);
    health = { status: 'degraded' };
    expect([told(), told()]).toEqual([['degraded'], []]);
    tap.listeners([]);
    expect([told(), told()]).toEqual([['degraded'], []]);
  });

  it('begins anew with another that is sent to', () => {
    tap.listeners(['a']);
    tap.forecasts([forecast('a', 1)]);
    tap.lost();
    tap.forecasts([forecast('a', 2)]);
    tap.listeners(['a']);
    tap.forecasts([forecast('a', 3)]);
    expect(sent).toHaveLength(2);
    expect(sent[1].forecasts).toEqual([{ series: 'a', json: '{"last":3}' }]);
  });
});
