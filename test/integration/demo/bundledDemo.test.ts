import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../../dist/stepcast.js', import.meta.url));
const forecastLine = /^(Seattle air °C|US departures \/h|Seattle high °C|New York high °C) +\S+( \S+)? +[−\d.]+ /m;

interface End {
  code: number | null;
  stdout: string;
  stderr: string;
  firstForecastMs: number;
}

/** Runs `stepcast demo` as a user does, with a folder of its own for temporary files; `onText` may end it. */
const demo = async (
  folder: string,
  args: string[],
  onText: (stdout: string, interrupt: () => void) => void = () => {},
): Promise<End> => {
  const begunMs = performance.now();
  const child = spawn(process.execPath, [program, 'demo', ...args], { env: { ...process.env, TMPDIR: folder } });
  const end: End = { code: null, stdout: '', stderr: '', firstForecastMs: Number.POSITIVE_INFINITY };
  child.stderr.on('data', (text) => (end.stderr += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    end.stdout += text;
    if (forecastLine.test(end.stdout)) end.firstForecastMs = Math.min(end.firstForecastMs, performance.now() - begunMs);
    onText(end.stdout, () => child.kill('SIGINT'));
  });
  [end.code] = await once(child, 'close');
  return end;
};

describe('stepcast demo', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('shows its first forecast within ten seconds, one for nearly every reading, and ends cleanly', async () => {
    const { code, stdout, stderr, firstForecastMs } = await demo(folder, ['--duration', '8', '--speed', '40']);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(firstForecastMs).toBeLessThan(10_000);
    const [readings, forecasts] = stdout
      .match(/^(\d+) readings, (\d+) forecasts\./m)!
      .slice(1)
      .map(Number);
    expect(readings).toBeGreaterThan(50);
    expect(readings - forecasts).toBeLessThanOrEqual(1); // the first of a counter has no increase
    expect(readings - forecasts).toBeGreaterThanOrEqual(0);
    expect(readdirSync(folder).filter((name) => name.startsWith('stepcast-'))).toEqual([]);
  });

  it('sums up what it showed when it is interrupted', async () => {
    let interrupted = false;
    const { code, stdout } = await demo(folder, [], (text, interrupt) => {
      if (interrupted || !forecastLine.test(text)) return;
      interrupted = true;
      interrupt();
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Seattle air °C +\d+ /m);
    expect(readdirSync(folder).filter((name) => name.startsWith('stepcast-'))).toEqual([]);
  });
});
