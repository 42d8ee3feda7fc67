import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../../src/backtest/memoryStore.js';
import { tableSource } from '../../../src/backtest/tableSource.js';
import { counters } from '../../../src/pipeline/counters.js';
import { pipeline } from '../../../src/pipeline/pipeline.js';
import { SeriesBook } from '../../../src/pipeline/seriesBook.js';
import { plainSettings } from '../../../src/series/plainSettings.js';
import { Random } from '../../../src/series/random.js';
import { seriesRows } from '../../../src/training/seriesRows.js';
import { knownOf, settingsOf, type TableCovariate } from '../../../src/training/tableCovariates.js';
import { ArithmeticStepper } from '../../support/arithmeticStepper.js';

const rows = 120;
const random = new Random(11);
const timesMs = Float64Array.from(
  { length: rows },
  (_, i) => Date.UTC(2025, 0, 1) + 600_000 * i + 1000 * random.integer(5),
);
const cellsOf = (of: (i: number) => number): Float64Array =>
  Float64Array.from({ length: rows }, (_, i) => (random.chance(0.1) ? Number.NaN : of(i)));
const load = cellsOf((i) => 20 + 5 * Math.sin(i / 9) + random.normal());
const outdoor = cellsOf((i) => 5 * Math.cos(i / 20));
const tariff = cellsOf((i) => (i % 24 < 12 ? 0.2 : 0.3) + i / 1000);

const covariates: readonly TableCovariate[] = [
  { name: 'outdoor', column: 'T', known: 'past' },
  { name: 'price', column: 'P', known: 'future' },
];
const columns = [
  { ...covariates[0], cells: outdoor },
  { ...covariates[1], cells: tariff },
];
const features = ['value', 'covariate.outdoor', 'covariate.price', 'static.area'];
const statics = { area: 2.5 };
const horizon = 5;

/** Every row of x that a model hears of `load` when the daemon's pipeline streams the table. */
async function heard(cadenceMs: number): Promise<number[][]> {
  const all: number[][] = [];
  const settings = { ...plainSettings, cadenceMs, season: 0, horizon, covariates: settingsOf(covariates), statics };
  const stepper = new ArithmeticStepper({ features, horizon, covariates: knownOf(covariates) });
  const store = memoryStore();
  const book = new SeriesBook(store, () => stepper);
  book.covariates.declare(settings.covariates);
  await lastValueFrom(
    pipeline({
      source: tableSource(
        { timesMs, columns: new Map([['load', load]]), texts: new Map() },
        settings,
        () => {},
        undefined,
        { covariates: columns },
      ),
      ...{ book, store, sink: { publish: () => {}, gaps: () => {} }, counters: counters(), flushMs: 0 },
      clock: { nowMs: () => 0, trustedMs: () => undefined, elapsedMs: () => 0 },
      onIssue: ({ seriesId }, forecaster) => {
        if (seriesId !== 'load') return;
        const x = new Float32Array(stepper.model.featureWidth);
        book.get('load')!.network.features.write(x, 0, forecaster);
        all.push([...x]);
      },
    }),
    { defaultValue: [] },
  );
  return all;
}

describe('tableSource', () => {
  it.each([
    ['event cadence', 0],
    ['a grid of its own pace', 600_000],
    ['a wider grid', 3_600_000],
  ])('tells a model the very numbers that training tells it, at %s', async (_name, cadenceMs) => {
    const options = { features, horizon, target: 'change', cadenceMs, season: 0, statics } as const;
    const [trained] = seriesRows(timesMs, load, { ...options, covariates: knownOf(covariates) }, columns);
    const width = 2 + horizon + 1;
    const found = await heard(cadenceMs);
    const expected = [...trained.ticks.keys()].map((row) => [...trained.x.subarray(row * width, (row + 1) * width)]);
    expect(found.length).toBeGreaterThan(15);
    const known = new Set(expected.map(String));
    for (const row of found) expect(known).toContain(String(row));
    for (const column of [1, 2, 2 + horizon - 1])
      expect(new Set(found.map((row) => row[column])).size).toBeGreaterThan(10);
    expect(found.at(-1)!.at(-1)).toBe(2.5);
  });
});
