import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DemoOptions, runDemo } from '../../../src/demo/demo.js';
import type { Daemon } from '../../../src/demo/withDaemon.js';
import { persistenceDaemon } from './persistenceDaemon.js';

/** Runs the demo into memory; `until` looks at what is on the screen after each write and ends it. */
const demo = async (
  daemon: Daemon,
  options: Partial<DemoOptions> = {},
  until: (screen: string) => boolean = () => false,
) => {
  const stop = new AbortController();
  let screen = '';
  const stdout = {
    write: (text: string) => {
      screen += text;
      if (until(screen)) stop.abort();
    },
  };
  const io = { stdout, stderr: { write: () => {} }, env: {}, hostName: 'here', nowMs: Date.now, signal: stop.signal };
  await runDemo({ port: undefined, speed: 200, durationSeconds: 30, ...options }, io, daemon);
  return screen;
};

const table = (screen: string) => {
  const lines = screen.split('\n');
  const from = lines.findIndex((line) => line.startsWith('sensor') && line.includes('came true'));
  return lines.slice(from + 1, lines.indexOf('', from));
};
const count = (pattern: RegExp, text: string): number => Number(text.match(pattern)![1]);

describe('runDemo', () => {
  it('shows each sensor in turn: what came true beside what was said of it, and sums up at the end', async () => {
    const seen = { readings: 0 };
    const screen = await demo(persistenceDaemon(seen), {}, (text) => table(text).length >= 16);
    for (const title of ['Seattle air °C', 'US departures /h', 'New York high °C', 'CPU busy %']) {
      expect(table(screen).filter((line) => line.startsWith(title)).length, title).toBeGreaterThan(0);
      expect(screen, title).toMatch(new RegExp(`^${title} +\\d+ +\\d`, 'm'));
    }
    expect(table(screen).some((line) => /✓|✗/.test(line))).toBe(true);
    const readings = count(/(\d+) readings/, screen);
    expect([count(/, (\d+) forecasts/, screen), seen.readings]).toEqual([readings, readings]);
  });

  it('scores persistence as persistence', async () => {
    const screen = await demo(persistenceDaemon(), {}, (text) => table(text).length >= 8);
    const ratios = [...screen.matchAll(/^(?:Seattle|New York|US).* {2}(\S+) +\d+ %$/gm)].map(([, ratio]) => ratio);
    expect(ratios).toEqual(['1.00', '1.00', '1.00', '1.00']);
  });

  it('ends by itself after its duration, and leaves neither database nor broker behind', async () => {
    const seen: { dbPath?: string; readings: number } = { readings: 0 };
    const screen = await demo(persistenceDaemon(seen), { durationSeconds: 1 });
    expect(screen).toContain('forecasts. One step ahead');
    expect(existsSync(dirname(seen.dbPath!))).toBe(false);
    const port = count(/Broker on 127\.0\.0\.1:(\d+)/, screen);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });

  it('fails as the daemon does, and cleans up', async () => {
    let dbPath = '';
    const failing: Daemon = async ({ store }) => {
      dbPath = store.path;
      throw new Error('no models');
    };
    await expect(demo(failing)).rejects.toThrow('no models');
    expect(existsSync(dirname(dbPath))).toBe(false);
  });
});
