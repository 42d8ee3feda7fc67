import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { weighedNames } from '../../../src/forecast/blendWeights.js';
import type { AccuracyRow } from '../../../src/metrics/accuracyRows.js';
import type { ForecastRow, ReadingRow } from '../../../src/pipeline/ports.js';
import { Random } from '../../../src/series/random.js';
import type { SqliteStore } from '../../../src/storage/sqliteStore.js';
import { type AccuracyQuery, storedAccuracy } from '../../../src/storage/storedAccuracy.js';
import { commitBatch } from '../../support/commitBatch.js';
import {
  emptyBatch,
  levels,
  minute,
  readingRow,
  StoreFixture,
  seriesRow,
  startMs,
  until,
} from '../../support/storeFixture.js';

const horizon = 6;
const seasons = [0, 4, 0, 24]; // by series id, which begins at 1
const names = ['sensors/1', 'sensors/2', 'sensors/3'];
const ticks = 3600;
const sinceMs = startMs + 2500 * minute;

const round = (value: number): number => Number(value.toFixed(2));

/** At the four steps of any horizon; whole percents, so that storing them changes nothing. */
const weightsOf = (tick: number): Float64Array =>
  Float64Array.from({ length: 4 * weighedNames.length }, (_, i) => ((tick + 7 * i) % 101) / 100);

function forecastOf(id: number, series: number, tick: number, y: number, draw: () => number): ForecastRow {
  const values = new Float64Array(3 * horizon);
  for (let h = 0; h < horizon; h++) {
    const median = y + 4 * (draw() - 0.5);
    for (const [l, offset] of [-1.5, 0, 1 + draw()].entries()) values[3 * h + l] = round(median + offset);
  }
  const tMs = startMs + tick * minute;
  const model = tick < 1700 ? 'gru-base@1' : 'gru-base@2';
  const weights = tick % 50 === 0 ? new Float64Array() : weightsOf(tick);
  return { id, series, tick, tMs, issuedMs: tMs + 5, y, stepMs: minute, model, levels, values, decimals: 2, weights };
}

/** Three wandering series with missing steps, in two runs and a tail; a fourth with one forecast, of 800 steps, so that two series fill a block; a fifth with none. */
async function commitStory(store: SqliteStore): Promise<void> {
  const random = new Random(7);
  const draw = () => random.uniform();
  const level = [0, 20, 50, -10];
  const readings: ReadingRow[] = [];
  const forecasts: ForecastRow[] = [];
  let id = 0;
  for (let tick = 0; tick < ticks; tick++) {
    for (let series = 1; series <= 3; series++) {
      level[series] += draw() - 0.5;
      if (draw() < 0.05) continue;
      const season = seasons[series];
      const y = round(level[series] + (season ? 3 * Math.sin((2 * Math.PI * tick) / season) : 0));
      readings.push(readingRow(++id, series, startMs + tick * minute, y));
      forecasts.push(forecastOf(id, series, tick, y, draw));
    }
  }
  const far = { ...forecastOf(++id, 4, 0, 1, draw), values: new Float64Array(3 * 800) };
  const summaries = [1, 2, 3].map((series) => ({ series, stepMs: minute, season: seasons[series], model: 'x' }));
  await commitBatch(store, {
    ...emptyBatch,
    series: [1, 2, 3, 4, 5].map(seriesRow),
    readings,
    forecasts: [...forecasts, far],
    summaries,
  });
  await until(() => store.stats().runs === 2);
  await until(() => select('SELECT id FROM forecast_run').length === 2);
}

let fixture: StoreFixture;
beforeAll(async () => {
  fixture = new StoreFixture();
  await commitStory(await fixture.open());
});
afterAll(() => fixture.clean());

function select<T>(sql: string, ...values: unknown[]): T[] {
  const db = new Database(fixture.path, { readonly: true });
  try {
    return db.prepare(sql).all(...values) as T[];
  } finally {
    db.close();
  }
}

interface Step {
  time: number;
  model: string;
  horizon: number;
  q10: number;
  q50: number;
  q90: number;
  actual: number; // null when it is not known
}

const seen = new Map<string, { readonly value: ReadonlyMap<number, number>; readonly all: readonly Step[] }>();
function viewsOf(series: string) {
  const known = seen.get(series);
  if (known) return known;
  const readings = select<{ time: number; value: number }>('SELECT * FROM readings WHERE series = ?', series);
  const views = {
    value: new Map(readings.map(({ time, value }) => [time, value])),
    all: select<Step>('SELECT * FROM forecasts WHERE series = ?', series),
  };
  seen.set(series, views);
  return views;
}

/** The same figures straight from the views, one list of errors each. */
function direct(
  series: string,
  fromMs: number,
  chosen: (step: Step) => boolean,
): Omit<AccuracyRow, 'series' | 'model' | 'horizon' | 'weights'> {
  const season = seasons[Number(series.at(-1))];
  const { value, all } = viewsOf(series);
  const steps = all.filter((step) => step.time >= fromMs && step.actual !== null && chosen(step));
  const error = (step: Step): number => Math.abs(step.q50 - step.actual);
  const before = ({ time, horizon: h }: Step): number | undefined =>
    season ? value.get(time + (h - season * Math.ceil(h / season)) * minute) : undefined;
  const quantileLoss = (level: number, q: number, y: number): number =>
    Math.max(level * (y - q), (level - 1) * (y - q));
  const loss = ({ q10, q50, q90, actual }: Step): number =>
    (quantileLoss(0.1, q10, actual) + quantileLoss(0.5, q50, actual) + quantileLoss(0.9, q90, actual)) / 3;
  const changes = [...value]
    .filter(([time]) => time - minute >= fromMs && value.has(time - minute))
    .map(([time, y]) => Math.abs(y - value.get(time - minute)!));
  const seasonal = steps.filter((step) => before(step) !== undefined);
  return {
    n: steps.length,
    mae: mean(steps.map(error)),
    mase: mean(steps.map(error)) / mean(changes),
    pinball: mean(steps.map(loss)),
    crps: 2 * mean(steps.map(loss)),
    coverage: mean(steps.map(({ q10, q90, actual }) => (q10 <= actual && actual <= q90 ? 1 : 0))),
    nominal: 0.8,
    width: mean(steps.map(({ q10, q90 }) => q90 - q10)),
    skill_persistence:
      1 - mean(steps.map(error)) / mean(steps.map(({ time, actual }) => Math.abs(value.get(time)! - actual))),
    skill_seasonal:
      season === 0
        ? null
        : 1 - mean(seasonal.map(error)) / mean(seasonal.map((step) => Math.abs(before(step)! - step.actual))),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const ask = (query: AccuracyQuery) => storedAccuracy(fixture.path, query, () => {});

function expectFigures(found: AccuracyRow | undefined, expected: ReturnType<typeof direct>): void {
  expect(expected.n).toBeGreaterThan(100);
  for (const key of Object.keys(expected) as (keyof typeof expected)[]) {
    if (expected[key] === null) expect([key, found?.[key]]).toEqual([key, null]);
    else expect(found?.[key], key).toBeCloseTo(expected[key], 9);
  }
}

const meanWeight = (condition: string, ...values: unknown[]): Record<string, number> =>
  Object.fromEntries(
    select<{ expert: string; mean: number }>(
      `SELECT expert, avg(weight) AS mean FROM weights WHERE ${condition} GROUP BY expert`,
      ...values,
    ).map(({ expert, mean }) => [expert, mean]),
  );

function expectWeights(found: AccuracyRow | undefined, expected: Record<string, number>): void {
  expect(Object.keys(expected)).toHaveLength(weighedNames.length);
  for (const name of weighedNames) expect(found?.weights?.[name], name).toBeCloseTo(expected[name], 9);
}

describe('storedAccuracy', () => {
  it('gives the mean weights of the blend, those of a step from the nearest one they were stored of', async () => {
    const rows = await ask({ sinceMs });
    const own = names.map((name) => meanWeight('series = ? AND time >= ?', name, sinceMs));
    for (const [i, weights] of own.entries()) expectWeights(rows[i], weights);
    const total = weighedNames.map((name) => [name, mean(own.map((weights) => weights[name]))]);
    expectWeights(rows.at(-1), Object.fromEntries(total));
    const [fourth, fifth] = (await ask({ series: names[1], horizons: [4, 5] })).filter(
      ({ model }) => model === 'gru-base@1',
    );
    for (const [row, step] of [
      [fourth, 3],
      [fifth, 6],
    ] as const)
      expectWeights(row, meanWeight('series = ? AND model = ? AND horizon = ?', names[1], 'gru-base@1', step));
  });

  it.each([
    ['of all time', undefined],
    ['since a moment', sinceMs],
  ])('gives the figures of every series as a slow computation over the views does, %s', async (_when, from) => {
    const rows = await ask({ sinceMs: from });
    expect(rows.map(({ series, model, horizon, n }) => [series, model, horizon, n > 0])).toEqual([
      ...names.map((name) => [name, from ? 'gru-base@2' : 'gru-base@1, gru-base@2', null, true]),
      ['sensors/4', null, null, false],
      ['sensors/5', null, null, false],
      [null, null, null, true],
    ]);
    const expected = names.map((name) => direct(name, from ?? 0, () => true));
    for (const [i, figures] of expected.entries()) expectFigures(rows[i], figures);
    const total = rows.at(-1)!;
    expect(total.n).toBe(expected.reduce((sum, { n }) => sum + n, 0));
    expect(total.mase).toBeCloseTo(mean(expected.map(({ mase }) => mase!)), 9);
    expect(total.coverage).toBeCloseTo(mean(expected.map(({ coverage }) => coverage!)), 9);
    const ratios = expected.map(({ skill_persistence }) => 1 - skill_persistence!);
    expect(total.skill_persistence).toBeCloseTo(1 - Math.cbrt(ratios[0]! * ratios[1]! * ratios[2]!), 9);
  });

  it.each(names)('gives those of %s by model version and horizon', async (series) => {
    const rows = await ask({ series });
    const versions = ['gru-base@1', 'gru-base@2'];
    expect(rows.map(({ model, horizon }) => `${model} ${horizon}`)).toEqual(
      versions.flatMap((version) => Array.from({ length: horizon }, (_, i) => `${version} ${i + 1}`)),
    );
    for (const row of rows) {
      expect(row.series).toBe(series);
      expectFigures(
        row,
        direct(series, 0, ({ model, horizon: h }) => model === row.model && h === row.horizon),
      );
    }
  });

  it('gives one row a model version when all steps are asked for as one', async () => {
    const [first, second, ...more] = await ask({ series: 'sensors/1', horizons: [null] });
    expect(more).toEqual([]);
    expectFigures(
      first,
      direct('sensors/1', 0, ({ model }) => model === 'gru-base@1'),
    );
    expectFigures(
      second,
      direct('sensors/1', 0, ({ model }) => model === 'gru-base@2'),
    );
  });

  it('gives only the horizons asked for, a total for each', async () => {
    const rows = await ask({ horizons: [1, 6] });
    expect(rows.map(({ series, horizon }) => `${series} ${horizon}`).slice(-4)).toEqual([
      'sensors/5 1',
      'sensors/5 6',
      'null 1',
      'null 6',
    ]);
    expectFigures(
      rows[3],
      direct('sensors/2', 0, ({ horizon: h }) => h === 6),
    );
    expect(await ask({ series: 'sensors/2', horizons: [7] })).toEqual([]);
  });

  it('has no rows of a series that does not exist, or of which nothing has come true', async () => {
    for (const series of ['sensors/4', 'sensors/5', 'sensors/6']) expect(await ask({ series })).toEqual([]);
    expect(await ask({ series: 'sensors/1', sinceMs: startMs + ticks * minute })).toEqual([]);
  });

  it('says how far it is, ending at the whole', async () => {
    const shares: number[] = [];
    await storedAccuracy(fixture.path, {}, (done, total) => shares.push(done / total));
    expect(shares.length).toBeGreaterThan(3);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });
});

describe('storedAccuracy of an empty database', () => {
  it('has no rows, not even a total', async () => {
    const empty = new StoreFixture();
    try {
      await empty.open();
      expect(await storedAccuracy(empty.path, {}, () => {})).toEqual([]);
      await expect(storedAccuracy(`${empty.path}x`, {}, () => {})).rejects.toMatchObject({ code: 'STORE_MISSING' });
    } finally {
      await empty.clean();
    }
  });
});
