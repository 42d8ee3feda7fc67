import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveFeed } from '../../../src/http/liveFeed.js';
import { LiveTap } from '../../../src/http/liveTap.js';
import type { Forecast } from '../../../src/pipeline/ports.js';

const node = { node: 'pi', version: '1', started: 77, time: 0, series: 2 };
const decision = {
  time: 5,
  kind: 'gate',
  model: 'm@2',
  series: null,
  verdict: 'kept',
  reason: 'r',
  figures: {},
  duration: 1,
};
let health: { status: 'ok' | 'degraded'; reasons: string[] };
let feed: LiveFeed;
let tap: LiveTap;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  health = { status: 'ok', reasons: [] };
  feed = new LiveFeed({ node: () => node, health: () => health, onListeners: (wanted) => tap.listeners(wanted) });
  tap = new LiveTap({
    health: () => health,
    send: (heard) => {
      feed.hear(heard);
      tap.taken();
    },
  });
});
afterEach(() => {
  feed.stop();
  tap.lost();
  vi.useRealTimers();
});

/** A client that takes what it was sent when it is read. */
function listen(series?: string, lastId?: string) {
  let unsent = '';
  const client = {
    destroyed: false,
    get writableLength() {
      return unsent.length;
    },
    write: (text: string) => (unsent += text),
    end: (text: string) => (unsent += text),
    once: () => {},
    destroy: () => (client.destroyed = true),
  };
  feed.add(client as unknown as ServerResponse, series, lastId);
  const text = (): string => {
    const taken = unsent;
    unsent = '';
    return taken;
  };
  const events = (): [name: string, data: unknown][] =>
    [...text().matchAll(/event: (\w+)\ndata: (.*)\n\n/g)].map(([, name, data]) => [name, JSON.parse(data)]);
  return { client, text, events };
}

const forecast = (seriesId: string, last: number): Forecast => ({
  ...{ seriesId, tMs: 1000, stepMs: 60, horizon: 1, tick: 0, last, levels: [0.1, 0.5, 0.9] },
  values: Float64Array.of(last - 1, last + 0.5, last + 1),
  json: Buffer.from(JSON.stringify({ series: seriesId, last })),
});
const short = (series: string, last: number) => ({
  ...{ series, time: 1000, last, target_time: 1060, next: last + 0.5, low: last - 1, high: last + 1 },
});

describe('LiveFeed', () => {
  it('begins with who speaks and how it is', () => {
    expect(listen().events()).toEqual([
      ['hello', node],
      ['health', health],
    ]);
  });

  it('tells each series that moved once, with the last of it', () => {
    const { events } = listen();
    events();
    tap.forecasts([forecast('a', 1), forecast('b', 2)]);
    tap.forecasts([forecast('a', 3)]);
    expect(events()).toEqual([]);
    vi.advanceTimersByTime(500);
    expect(events()).toEqual([['latest', [short('a', 3), short('b', 2)]]]);
    vi.advanceTimersByTime(5000);
    expect(events()).toEqual([]);
  });

  it('gives the forecasts of the series that was asked for at once and in full, and nobody else', () => {
    const [one, other] = [listen('a'), listen()];
    one.events();
    other.events();
    tap.forecasts([forecast('a', 1), forecast('b', 2)]);
    expect(one.events()).toEqual([['forecast', { series: 'a', last: 1 }]]);
    expect(other.events()).toEqual([]);
  });

  it('keeps nothing of a forecast while nobody listens', () => {
    tap.forecasts([forecast('a', 1)]);
    const { events } = listen();
    events();
    vi.advanceTimersByTime(500);
    expect(events()).toEqual([]);
  });

  it('tells of health when it changes', () => {
    const { events } = listen();
    events();
    health = { status: 'degraded', reasons: ['the disk is full'] };
    vi.advanceTimersByTime(500);
    expect(events()).toEqual([['health', health]]);
  });

  it('gives one who comes back the decisions and gaps that it missed, of this run of the daemon', () => {
    const { text } = listen();
    text();
    tap.decisions([decision]);
    const [, id] = /^id: (\S+)/.exec(text())!;
    tap.gaps([{ seriesId: 'a', fromMs: 1, toMs: 2, missing: 3, reason: 'cadence' }]);
    const gap = ['gap', { series: 'a', from: 1, to: 2, missing: 3, reason: 'cadence' }];
    expect(listen(undefined, id).events().slice(2)).toEqual([gap]);
    expect(listen(undefined, '76-1').events().slice(2)).toEqual([]);
    expect(listen(undefined, 'x').events().slice(2)).toEqual([]);
  });

  it('holds a bounded amount for a client that takes nothing, gives it the last of each series later, and cuts it off in the end', () => {
    const { client, text, events } = listen('a');
    events();
    const large = { ...forecast('a', 1), json: Buffer.alloc(100_000, '"') };
    for (let i = 0; i < 100; i++) tap.forecasts([large]);
    expect(client.writableLength).toBeLessThan(800_000);
    vi.advanceTimersByTime(500);
    text();
    tap.forecasts([forecast('b', 2)]);
    vi.advanceTimersByTime(500);
    expect(events().map(([name, data]) => [name, (data as { series: string }[]).map(({ series }) => series)])).toEqual([
      ['latest', ['a']],
      ['latest', ['b']],
    ]);
    for (let i = 0; i < 100; i++) tap.forecasts([large]);
    vi.advanceTimersByTime(61_000);
    expect(client.destroyed).toBe(true);
  });

  it('shows signs of life, and says goodbye', () => {
    const { text } = listen();
    vi.advanceTimersByTime(31_000);
    expect(text().match(/: beat/g)?.length).toBeGreaterThanOrEqual(2);
    feed.stop();
    expect(text()).toContain('event: goodbye');
  });
});
