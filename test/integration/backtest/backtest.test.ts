import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastValueFrom } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import { backtest, type ShownTargets } from '../../../src/backtest/backtest.js';
import { memoryStore } from '../../../src/backtest/memoryStore.js';
import { readTable } from '../../../src/backtest/readTable.js';
import { tableSource } from '../../../src/backtest/tableSource.js';
import { ModelShelf } from '../../../src/inference/modelShelf.js';
import { counters } from '../../../src/pipeline/counters.js';
import { pipeline } from '../../../src/pipeline/pipeline.js';
import { SeriesBook } from '../../../src/pipeline/seriesBook.js';
import { Random } from '../../../src/series/random.js';
import type { SeriesSettings } from '../../../src/series/types.js';

const modelsDir = fileURLToPath(new URL('../../../models', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'stepcast-backtest-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Hourly values with a daily season and a little noise, the noise from a fixed sequence. */
function seasonal(rows: number, change: (i: number, y: number) => number = (_, y) => y): string {
  let seed = 7;
  const noise = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647 - 0.5;
  const file = join(dir, `${rows}-${change(1, 2)}.csv`);
  const lines = Array.from({ length: rows }, (_, i) => {
    const y = 20 + 5 * Math.sin((2 * Math.PI * i) / 24) + noise();
    return `${new Date(Date.UTC(2024, 0, 1, i)).toISOString()},${change(i, y).toFixed(3)}`;
  });
  writeFileSync(file, `time,y\n${lines.join('\n')}\n`);
  return file;
}

const options = { values: [], cadenceMs: 0, horizon: 24, season: 0, modelsDir, protocol: 'single' } as const;

describe('backtest', () => {
  it.each(['rnn-base', 'gru-base', 'lstm-base'])('shows that %s has learned what a day is', async (model) => {
    const [result] = await backtest({ ...options, file: seasonal(1500), models: [model] });
    const { y } = result.columns;
    expect(result).toMatchObject({ protocol: 'single', model: `${model}@1`, horizon: 24 });
    expect(y.season).toBe(24);
    expect(y.scored).toBeGreaterThan(24 * 700);
    expect(y.skill.persistence).toBeGreaterThan(0.5);
    expect(y.coverage).toBeGreaterThan(0.6);
    expect(result.mae).toBeCloseTo(y.normalised.mae);
  });

  it('gives the same figures on a grid of the file’s own cadence', async () => {
    const file = seasonal(1500);
    const [event] = await backtest({ ...options, file, models: ['auto'] });
    const [grid] = await backtest({ ...options, file, models: ['auto'], cadenceMs: 3_600_000 });
    expect(Math.abs(grid.columns.y.mae / event.columns.y.mae - 1)).toBeLessThan(0.01);
  });

  it('judges every step by every measure, says what each expert weighed, and shows the end', async () => {
    let shown: ShownTargets | undefined;
    const onShown = (_: string, targets: ShownTargets) => void (shown = targets);
    const [{ columns }] = await backtest({ ...options, file: seasonal(900), models: ['auto'], onShown });
    const { y } = columns;
    expect(y.horizons.map(({ horizon, n }) => [horizon, n])).toEqual(
      Array.from({ length: 24 }, (_, i) => [i + 1, 900 - 450 - 24 + 1]),
    );
    for (const step of y.horizons) {
      expect(step.crps).toBeCloseTo(2 * step.pinball, 12);
      expect(step.mase / step.mae).toBeCloseTo(y.mase / y.mae, 9);
      expect(step.skill_persistence).toBeCloseTo(
        1 - step.mae / y.experts.persistence.maeByHorizon[step.horizon - 1],
        9,
      );
      expect(step.skill_seasonal).toBeCloseTo(1 - step.mae / y.experts.seasonal.maeByHorizon[step.horizon - 1], 9);
      expect(Math.abs(step.coverage - 0.8)).toBeLessThan(0.1);
      expect(step.width).toBeGreaterThan(0);
    }
    expect(y.horizons.reduce((sum, { mae }) => sum + mae, 0) / 24).toBeCloseTo(y.mae, 9);
    expect(Object.keys(y.weights)).toEqual(['1', '3', '8', '24']);
    for (const weights of Object.values(y.weights))
      expect(Object.values(weights).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
    const last = shown?.get('y')?.get(1)?.at(-1);
    expect(last?.tMs).toBe(Date.UTC(2024, 0, 1, 899 - 23)); // one step after the last forecast whose horizon lies within
    expect(last!.low <= last!.median && last!.median <= last!.high).toBe(true);
  });

  it('scores the rows that a protocol names, whatever rows and cells are missing before them', async () => {
    const whole = readFileSync(seasonal(900), 'utf8').trimEnd().split('\n');
    const file = join(dir, 'gaps.csv');
    const kept = whole.filter((_, i) => i <= 100 || i > 120);
    writeFileSync(file, `${kept.map((line, i) => (i > 0 && i <= 40 ? line.replace(/,.*/, ',') : line)).join('\n')}\n`);
    const [{ columns }] = await backtest({ ...options, file, models: ['auto'], horizon: 1, protocol: 'leakfree' });
    const rows = kept.length - 1;
    expect(columns.y.scored).toBe(rows - (Math.floor(0.7 * rows) + 96));
  });

  it('refuses a file that is too short for its protocol', async () => {
    await expect(
      backtest({ ...options, file: seasonal(300), models: ['auto'], protocol: 'fsnet' }),
    ).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(/has 300 steps; protocol fsnet scores those from number 3600 on/),
    });
  });

  it('lets no forecast know what came after it', async () => {
    const cut = 700;
    const calm = await published(seasonal(900));
    const changed = await published(seasonal(900, (i, y) => (i > cut ? -3 * y : y)));
    expect(calm).toHaveLength(900);
    expect(changed.slice(0, cut + 1)).toEqual(calm.slice(0, cut + 1));
    expect(changed[cut + 1]).not.toEqual(calm[cut + 1]);
  });
});

/** Every forecast of a file, as published. */
async function published(file: string): Promise<string[]> {
  const shelf = new ModelShelf(modelsDir);
  const stepper = await shelf.load('auto');
  const settings: SeriesSettings = {
    ...{ cadenceMs: 0, season: 0, horizon: 24, levels: [0.1, 0.5, 0.9], model: 'auto' },
    ...{ aggregate: 'mean', lateMs: 0, maxGapSteps: 24, counter: false },
  };
  const documents: string[] = [];
  const store = memoryStore();
  await lastValueFrom(
    pipeline({
      source: tableSource(readTable(file, { values: [] }), settings, () => {}),
      book: new SeriesBook(store, () => stepper),
      store,
      sink: {
        publish: (all) => documents.push(...all.map(({ json }) => new TextDecoder().decode(json))),
        gaps: () => {},
      },
      clock: { nowMs: () => 0, trustedMs: () => undefined, elapsedMs: () => 0 },
      counters: counters(),
      flushMs: 0,
    }),
    { defaultValue: [] },
  );
  await shelf.release();
  return documents;
}

/** Hourly heating load: it follows how far the air stays below 18 degrees, slowly, beside what people do at their hours. */
function heating(rows: number): string {
  const random = new Random(4);
  const file = join(dir, 'heating.csv');
  let drift = 0;
  let inner = 10;
  const lines = Array.from({ length: rows }, (_, i) => {
    drift = 0.97 * drift + 0.8 * random.normal();
    const outdoor = 5 + 4 * Math.sin((2 * Math.PI * (i - 9)) / 24) + drift;
    inner = 0.6 * inner + 0.4 * Math.max(0, 18 - outdoor);
    const people = i % 24 >= 6 && i % 24 <= 9 ? 6 : 0;
    const load = 2 * inner + people + 0.8 * random.normal();
    return `${new Date(Date.UTC(2024, 0, 1, i)).toISOString()},${load.toFixed(3)},${outdoor.toFixed(2)}`;
  });
  writeFileSync(file, `time,load,outdoor\n${lines.join('\n')}\n`);
  return file;
}

describe('backtest with covariates', () => {
  it('forecasts a heating load the better for the outdoor temperature, most of all where its forecast is known', async () => {
    const file = heating(1800);
    const run = async (known?: 'past' | 'future') => {
      const covariates = known && [{ name: 'outdoor', column: 'outdoor', known }];
      const [{ columns }] = await backtest({ ...options, values: ['load'], file, models: ['auto'], covariates });
      expect(Object.keys(columns)).toEqual(['load']);
      return columns.load;
    };
    const [alone, past, future] = [await run(), await run('past'), await run('future')];
    expect(past.maeByHorizon[0] / alone.maeByHorizon[0]).toBeLessThan(0.99);
    expect(past.mae / alone.mae).toBeLessThan(1.01);
    expect(future.mae / alone.mae).toBeLessThan(0.75);
    expect(future.coverage).toBeGreaterThan(0.75);
  });
});
