import { describe, expect, it } from 'vitest';
import type { AccuracyRow } from '../../../src/metrics/accuracyRows.js';
import { cli, nowMs } from './support.js';

const row: AccuracyRow = {
  ...{ series: 'a,b', model: 'gru-base@1, gru-base@2, gru-base@7', horizon: null, n: 240, mae: 0.123456789 },
  ...{ mase: 0.75, pinball: 0.05, crps: 0.1, coverage: 0.8125, nominal: 0.8, width: 0.5 },
  ...{ skill_persistence: 0.25, skill_seasonal: null },
  weights: { persistence: 0.02, seasonal: 0, linear: 0.355, network: 0.625 },
};
const total: AccuracyRow = { ...row, series: null, model: null, mae: null, pinball: null, crps: null, width: null };
const storedAccuracy = async () => [row, total];
const listSeries = async () => [
  {
    ...{ series: 'sensors/kitchen', cadence: 0, season: null, model: null, readings: 0 },
    ...{ first_time: null, last_time: null, last_value: null },
  },
];

describe('accuracy', () => {
  it('asks for all series as they are, or for those steps and that time', async () => {
    expect((await cli(['accuracy'])).calls).toEqual([
      ['storedAccuracy', 'stepcast.db', { series: undefined, sinceMs: undefined, horizons: undefined }],
    ]);
    const args = ['accuracy', 'sensors/kitchen', '--db', 'x.db', '--since', '-6h', '--horizon', '6,1,6'];
    expect((await cli(args, { bodies: { listSeries } })).calls).toEqual([
      ['storedAccuracy', 'x.db', { series: 'sensors/kitchen', sinceMs: nowMs - 21_600_000, horizons: [1, 6] }],
    ]);
    expect((await cli(['accuracy', '--horizon', 'all'])).calls).toMatchObject([[{}, {}, { horizons: [null] }]]);
  });

  it('prints a table for people: the newest model, all steps, and the total', async () => {
    const { out, code } = await cli(['accuracy'], { bodies: { storedAccuracy } });
    expect(code).toBe(0);
    const [head, first, last] = out.split('\n').map((line) => line.split(/ {2,}/).map((cell) => cell.trim()));
    const cells = (line: string[] | undefined) => Object.fromEntries(head!.map((name, i) => [name, line![i]]));
    expect(cells(first)).toEqual({
      ...{ series: 'a,b', model: 'gru-base@7 +2', horizon: 'all', n: '240', mae: '0.123457', mase: '0.750' },
      ...{ pinball: '0.05', crps: '0.1', coverage: '0.813', nominal: '0.800', width: '0.5' },
      ...{ skill_persistence: '0.250', skill_seasonal: '-', weights: 'network 63, linear 36' },
    });
    expect(cells(last)).toMatchObject({ series: 'total', model: '-', mae: '-', mase: '0.750' });
  });

  it('prints every digit as JSON and as CSV', async () => {
    const json = await cli(['accuracy', '--json'], { bodies: { storedAccuracy } });
    expect(JSON.parse(json.out)).toEqual([row, total]);
    const csv = await cli(['accuracy', '--format', 'csv'], { bodies: { storedAccuracy } });
    const weights = `"${JSON.stringify(row.weights).replaceAll('"', '""')}"`;
    expect(csv.out.split('\r\n')).toEqual([
      'series,model,horizon,n,mae,mase,pinball,crps,coverage,nominal,width,skill_persistence,skill_seasonal,weights',
      `"a,b","gru-base@1, gru-base@2, gru-base@7",,240,0.123456789,0.75,0.05,0.1,0.8125,0.8,0.5,0.25,,${weights}`,
      `,,,240,,0.75,,,0.8125,0.8,,0.25,,${weights}`,
      '',
    ]);
  });

  it('shows how far it is on a terminal, and takes that away before it prints', async () => {
    const bodies = {
      storedAccuracy: async (_db: string, _query: unknown, onProgress: (done: number, total: number) => void) => {
        onProgress(1, 2);
        return [row];
      },
    };
    const { err } = await cli(['accuracy'], { bodies, isTTY: true });
    expect(err).toContain(' 50 %');
    expect(err.endsWith('\r\x1b[K')).toBe(true);
    expect((await cli(['accuracy'], { bodies })).err).toBe('');
  });

  it('draws one series when asked to, and says what it wrote', async () => {
    const args = ['accuracy', 'a,b', '--plot', 'x.svg', '--horizon', '1,24'];
    const { calls, err, code } = await cli(args, { bodies: { storedAccuracy } });
    expect({ calls, err, code }).toEqual({
      calls: [['plotForecasts', 'stepcast.db', 'a,b', [1, 24], 'x.svg']],
      err: 'written: x.svg\n',
      code: 0,
    });
    expect((await cli(['accuracy', '--plot', 'x.svg'])).code).toBe(2);
  });

  it('names the nearest known series when there is no such one', async () => {
    const { code, out, err } = await cli(['accuracy', 'sensors/kitchne'], { bodies: { listSeries } });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(
      'stepcast: accuracy sensors/kitchne: there is no such series — did you mean sensors/kitchen? [SERIES_UNKNOWN]\n',
    );
  });

  it('answers a known series of which nothing has come true with no rows', async () => {
    const answer = await cli(['accuracy', 'sensors/kitchen', '--json'], { bodies: { listSeries } });
    expect(answer).toMatchObject({ code: 0, out: '[]\n', err: '' });
  });

  it.each([
    [['--since', 'yesterday'], '--since'],
    [['--horizon', '0'], 'all, or steps ahead such as 1 or 1,6,24'],
    [['--horizon', '1,,2'], 'all, or steps ahead'],
    [['--format', 'xml'], 'table, json, csv'],
    [['a', 'b'], 'too many arguments'],
  ])('refuses %j with exit code 2 and one line', async (args, mention) => {
    const { code, err, calls } = await cli(['accuracy', ...args]);
    expect(err).toContain(mention);
    expect(err).toMatch(/^stepcast: [^\n]+\n$/);
    expect({ code, calls }).toEqual({ code: 2, calls: [] });
  });
});
