import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AnnouncedSeries } from '../../../src/homeassistant/announcedSeries.js';
import { HomeAssistant } from '../../../src/homeassistant/homeAssistant.js';
import type { RetainedMessage } from '../../../src/homeassistant/retainedMessage.js';
import type { SeriesOrigin } from '../../../src/homeassistant/seriesOrigin.js';
import type { Forecast } from '../../../src/pipeline/ports.js';

const kitchen: SeriesOrigin = { series: 'sensors/kitchen', topic: 'sensors/kitchen' };

const forecastOf = (seriesId: string, tick = 0, stepMs = 60_000): Forecast => {
  const document = {
    ...{ series: seriesId, time: 0, issued: 1, model: 'm@1', step: stepMs, last: 20, next: 21 },
    ...{ levels: [0.1, 0.5, 0.9], values: [[20, 21 + tick, 22]] },
  };
  return {
    ...{ seriesId, tMs: 0, stepMs, horizon: 1, tick, last: 20, levels: document.levels },
    values: new Float64Array([20, 21 + tick, 22]),
    json: Buffer.from(JSON.stringify(document)),
  };
};

class Announced {
  list: readonly SeriesOrigin[] | undefined;
  read = () => this.list;
  write = (list: readonly SeriesOrigin[] | undefined) => void (this.list = list);
}

describe('HomeAssistant', () => {
  let announced: Announced;
  let retained: Map<string, string>; // what the broker keeps
  let sent: number;
  let accepts: number;
  let current: Set<string>;
  let kept: (series: string) => boolean;
  let listener: (message: { topic: string; payload: Uint8Array; acknowledge(): void }) => boolean;
  let running: HomeAssistant[];
  let watched: Set<string>;
  let deafen: (filters: readonly string[]) => void;
  let isDeaf: boolean;
  const ready$ = new Subject<void>();
  const expiries: number[] = [];

  const broker = {
    ready$,
    subscribe: (_: readonly string[], heard: typeof listener) => void (listener = heard),
    watch: (filters: readonly string[], _: typeof listener, refuse: typeof deafen) => {
      watched.add(String(filters));
      deafen = refuse;
      return () => void watched.delete(String(filters));
    },
    publish: ({ topic, payload, expirySeconds }: RetainedMessage): boolean => {
      if (accepts-- <= 0) return false;
      sent++;
      if (expirySeconds !== undefined) expiries.push(expirySeconds);
      if (payload.length === 0) retained.delete(topic);
      else retained.set(topic, Buffer.from(payload).toString());
      return true;
    },
  };
  const begin = (isOn = true): HomeAssistant => {
    const home = new HomeAssistant({
      broker,
      identity: { prefix: 'stepcast', node: 'pi', version: '1' },
      announced: announced as unknown as AnnouncedSeries,
      isNamed: ({ series }) => current.has(series),
      isKept: (series) => kept(series),
      elapsedMs: () => Date.now(),
      onDeaf: () => {
        isDeaf = true;
      },
    });
    running.push(home);
    home.start(isOn);
    return home;
  };
  const show = (home: HomeAssistant, origin: SeriesOrigin, tick = 0): void => {
    current.add(origin.series);
    home.named(origin);
    home.publish([forecastOf(origin.series, tick)]);
  };
  const configs = () => [...retained.keys()].filter((topic) => topic.endsWith('/config'));
  const state = () => [...retained].find(([topic]) => topic.endsWith('/state'))?.[1];
  const say = (topic: string, text: string) => listener({ topic, payload: Buffer.from(text), acknowledge: () => {} });

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    [announced, retained, current, running] = [new Announced(), new Map(), new Set(), []];
    kept = () => true;
    expiries.length = 0;
    [sent, watched, isDeaf] = [0, new Set(), false];
    accepts = Number.POSITIVE_INFINITY;
  });
  afterEach(() => {
    for (const home of running) home.stop();
    vi.useRealTimers();
  });

  it('announces a series with its first forecast, and says its state', () => {
    const home = begin();
    show(home, kitchen);
    vi.advanceTimersByTime(250);
    expect(configs()).toHaveLength(2); // and the machine
    expect(JSON.parse(state()!)).toEqual({ next: 21, end: 21, low: 20, high: 22, skill: null });
    expect(announced.list).toEqual([kitchen]);
  });

  it('says the newest state of a fast series every few seconds', () => {
    const home = begin();
    for (let tick = 0; tick < 10; tick++) {
      show(home, kitchen, tick);
      vi.advanceTimersByTime(250);
    }
    expect(JSON.parse(state()!).next).toBe(21);
    vi.advanceTimersByTime(5_000);
    expect(JSON.parse(state()!).next).toBe(30);
  });

  it('says everything again when Home Assistant comes online, and keeps its messages from whoever takes every topic', () => {
    const home = begin();
    show(home, kitchen);
    vi.advanceTimersByTime(250);
    const before = sent;
    expect(say('homeassistant/status', 'offline')).toBe(true);
    vi.advanceTimersByTime(1_000);
    expect(sent).toBe(before);
    expect(say('homeassistant/status', 'online')).toBe(true);
    vi.advanceTimersByTime(1_000);
    expect(sent).toBe(2 * before);
    expect(say('homeassistant/device/stepcast_x/config', '{}')).toBe(true);
    expect(say('homeassistant/sensor/other/config', '{}')).toBe(false);
    expect(say('sensors/kitchen', '21')).toBe(false);
  });

  it('listens for that only while it is on, and goes on where it is refused', () => {
    const home = begin(false);
    expect(watched.size).toBe(0);
    home.turn(true);
    expect([...watched]).toEqual(['homeassistant/status']);
    deafen([]);
    expect(isDeaf).toBe(true);
    show(home, kitchen);
    vi.advanceTimersByTime(250);
    expect(configs()).toHaveLength(2);
    home.turn(false);
    expect(watched.size).toBe(0);
  });

  it('says nothing of a forecast again whose horizon is long over, and tells the broker how long it is worth', () => {
    const home = begin();
    show(home, kitchen);
    vi.advanceTimersByTime(250);
    expect(expiries.at(-1)).toBe(600);
    vi.advanceTimersByTime(400_000);
    say('homeassistant/status', 'online');
    vi.advanceTimersByTime(1_000);
    expect(expiries.at(-1)).toBe(200);
    const states = expiries.length;
    vi.advanceTimersByTime(300_000);
    say('homeassistant/status', 'online');
    vi.advanceTimersByTime(1_000);
    expect(expiries).toHaveLength(states);
    expect(configs()).toHaveLength(2);
  });

  it('removes a series without readings, but none that is still forecast: a replay of old data is no end', () => {
    const home = begin();
    show(home, kitchen);
    kept = () => false;
    vi.advanceTimersByTime(120_000);
    expect(configs()).toHaveLength(2);
    vi.advanceTimersByTime(600_000);
    expect(configs()).toHaveLength(1);
  });

  it('removes every topic of a series that came to an end, also of one from before a restart', () => {
    const home = begin();
    show(home, kitchen);
    vi.advanceTimersByTime(250);
    home.stop();
    current.clear();
    begin();
    vi.advanceTimersByTime(250);
    expect([...retained.keys()].filter((topic) => topic.includes('kitchen'))).toEqual([]);
    expect(announced.list).toEqual([]);
  });

  it('takes back everything when it is turned off, or begins turned off', () => {
    for (const turnOff of [
      (home: HomeAssistant) => home.turn(false),
      (home: HomeAssistant) => {
        home.stop();
        begin(false);
      },
    ]) {
      const home = begin();
      home.models([{ name: 'm', installed: 1, latest: 1, inProgress: false }]);
      show(home, kitchen);
      vi.advanceTimersByTime(1_000);
      expect(configs()).toHaveLength(2);
      turnOff(home);
      vi.advanceTimersByTime(1_000);
      expect(configs()).toEqual([]);
      home.stop();
    }
  });

  it('sends what was not accepted when there is room again', () => {
    accepts = 2;
    const home = begin();
    show(home, kitchen);
    vi.advanceTimersByTime(250);
    expect(state()).toBeUndefined();
    accepts = 100;
    ready$.next();
    expect(state()).toBeDefined();
  });

  it('announces a thousand series within seconds, never many at once', () => {
    const home = begin();
    for (let i = 0; i < 1_000; i++) show(home, { series: `s/${i}`, topic: `s/${i}` });
    let most = 0;
    for (let pass = 0; pass < 24; pass++) {
      const before = sent;
      vi.advanceTimersByTime(250);
      most = Math.max(most, sent - before);
    }
    expect(configs()).toHaveLength(1_001);
    expect(most).toBeLessThanOrEqual(200);
  });

  it('announces a series anew when its unit changes, or its horizon reaches farther than its states are kept', () => {
    const home = begin();
    show(home, kitchen);
    vi.advanceTimersByTime(250);
    const config = () => JSON.parse(retained.get(configs().find((topic) => topic.includes('kitchen'))!)!);
    expect(config().components.next.expire_after).toBe(600);
    home.publish([forecastOf(kitchen.series, 1, 3_600_000)]);
    vi.advanceTimersByTime(5_250);
    expect(config().components.next.expire_after).toBe(7_200);
    home.named({ ...kitchen, unit: '°C' });
    vi.advanceTimersByTime(5_250);
    expect(config().components.next.unit_of_measurement).toBe('°C');
  });

  it('tells of a pushed model on its way, and removes one that is gone', () => {
    const home = begin();
    home.models([{ name: 'kitchen-gru', installed: 1, latest: 2, inProgress: true }]);
    vi.advanceTimersByTime(250);
    expect(JSON.parse(state()!)).toEqual({
      ...{ installed_version: '1', latest_version: '2', title: 'kitchen-gru', in_progress: true },
    });
    home.models([]);
    vi.advanceTimersByTime(250);
    expect(state()).toBeUndefined();
    const components = Object.values(JSON.parse(retained.get(configs()[0])!).components) as { platform: string }[];
    expect(components.filter(({ platform }) => platform === 'update')).toEqual([{ platform: 'update' }]);
  });
});
