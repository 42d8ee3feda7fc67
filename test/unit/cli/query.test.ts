import { describe, expect, it } from 'vitest';
import { cli, nowMs } from './support.js';

const row = {
  series: 'a,b',
  time: nowMs,
  issued: nowMs + 12,
  model: 'gru-base@1',
  horizon: 1,
  target_time: nowMs + 60_000,
  q10: 20.123456789,
  q50: 21,
  q90: 22.5,
  actual: null,
};
const queryForecasts = async () => [row];
const series = (...names: string[]) =>
  names.map((name) => ({
    series: name,
    cadence: 60_000,
    season: 1_440,
    model: 'gru-base@1',
    readings: 7,
    first_time: nowMs - 60_000,
    last_time: nowMs,
    last_value: 21.4,
  }));

describe('query', () => {
  it('asks the store with times in epoch milliseconds', async () => {
    const { calls } = await cli(
      ['query', 's', '--db', 'x.db', '--from', '-6h', '--to', '2026-02-01', '--issued', 'now', '--horizon', '2'],
      { bodies: { listSeries: async () => series('s') } },
    );
    expect(calls).toEqual([
      [
        'queryForecasts',
        'x.db',
        { series: 's', fromMs: nowMs - 21_600_000, toMs: Date.UTC(2026, 1, 1), issued: nowMs, horizon: 2 },
      ],
    ]);
  });

  it('prints a table for people', async () => {
    const { out, code } = await cli(['query', 'a,b'], { bodies: { queryForecasts } });
    expect(code).toBe(0);
    expect(out).toBe(
      'series  time                  issued                    model       horizon  target_time               q10  q50   q90  actual\n' +
        'a,b     2026-01-31T12:00:00Z  2026-01-31T12:00:00.012Z  gru-base@1        1  2026-01-31T12:01:00Z  20.1235   21  22.5  -\n',
    );
  });

  it('prints values as they are stored, as CSV and as JSON', async () => {
    const csv = await cli(['query', 'a,b', '--format', 'csv'], { bodies: { queryForecasts } });
    expect(csv.out).toBe(
      'series,time,issued,model,horizon,target_time,q10,q50,q90,actual\r\n' +
        `"a,b",${nowMs},${nowMs + 12},gru-base@1,1,${nowMs + 60_000},20.123456789,21,22.5,\r\n`,
    );
    const json = await cli(['query', 'a,b', '--format', 'json'], { bodies: { queryForecasts } });
    expect(JSON.parse(json.out)).toEqual([row]);
    const short = await cli(['query', 'a,b', '--json'], { bodies: { queryForecasts } });
    expect(short.out).toBe(json.out);
  });

  it('answers a known series without forecasts with no rows', async () => {
    const bodies = { listSeries: async () => series('s') };
    expect(await cli(['query', 's', '--json'], { bodies })).toMatchObject({ code: 0, out: '[]\n', err: '' });
  });

  it('names the nearest known series when there is no such one', async () => {
    const bodies = { listSeries: async () => series('sensors/kitchen/temperature', 'sensors/attic/humidity') };
    const { code, out, err } = await cli(['query', 'sensors/kitchen/temprature'], { bodies });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(
      'stepcast: query sensors/kitchen/temprature: there is no such series — did you mean sensors/kitchen/temperature? [SERIES_UNKNOWN]\n',
    );
  });
});

describe('series', () => {
  const bodies = {
    listSeries: async () => series('s'),
    liveAccuracy: async () => ({ forecasts: 9, mae1: 0.25, persistence1: 0.5, mae: 1, persistence: 2, coverage: 0.8 }),
  };

  it('prints each series with its live accuracy', async () => {
    const { out } = await cli(['series'], { bodies });
    const [head, line] = out.split('\n').map((text) => text.split(/ {2,}/).map((cell) => cell.trim()));
    expect(Object.fromEntries(head!.map((name, i) => [name, line![i]]))).toEqual({
      series: 's',
      readings: '7',
      cadence: '1m',
      season: '1440',
      model: 'gru-base@1',
      first_time: '2026-01-31T11:59:00Z',
      last_time: '2026-01-31T12:00:00Z',
      last_value: '21.4',
      mae1: '0.25',
      persistence1: '0.5',
      mae: '1',
      persistence: '2',
      coverage: '0.8',
    });
  });

  it('is one JSON document with --json, empty when there are none', async () => {
    expect(JSON.parse((await cli(['series', '--json'], { bodies })).out)).toMatchObject([
      { series: 's', cadence: 60_000, mae1: 0.25 },
    ]);
    expect((await cli(['series', '--json'])).out).toBe('[]\n');
  });

  it('makes its head bold on a terminal, and not under NO_COLOR', async () => {
    expect((await cli(['series'], { bodies, isTTY: true })).out).toContain('\x1b[1mseries');
    expect((await cli(['series'], { bodies, isTTY: true, env: { NO_COLOR: '1' } })).out).toMatch(/^series/);
  });
});
