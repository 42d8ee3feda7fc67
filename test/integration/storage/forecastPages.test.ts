import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ForecastListing, ForecastQuery } from '../../../src/listing/listForecasts.js';
import type { Page } from '../../../src/listing/walkTargets.js';
import { Random } from '../../../src/series/random.js';
import { forecastPage } from '../../../src/storage/forecastRows.js';
import { queryForecasts, reading } from '../../../src/storage/queries.js';
import { commitBatch } from '../../support/commitBatch.js';
import { emptyBatch, forecastRow, StoreFixture, seriesRow, startMs } from '../../support/storeFixture.js';

const fixture = new StoreFixture();
const series = 'sensors/1';

/** Readings that come when they like, a step as wide as it was last found, and steps without a forecast. */
beforeAll(async () => {
  const random = new Random(5);
  const store = await fixture.open();
  let tMs = startMs;
  const forecasts = Array.from({ length: 6000 }, (_, tick) => {
    tMs += Math.floor(random.uniform() ** 6 * 100_000);
    const row = forecastRow(tick + 1, 1, tick, tMs, tick % 50, 6);
    return { ...row, stepMs: 1 + Math.floor(random.uniform() ** 4 * 50_000) };
  }).filter(() => random.uniform() > 0.05);
  await commitBatch(store, { ...emptyBatch, series: [seriesRow(1)], forecasts });
  await store.close();
});
afterAll(() => fixture.clean());

const whole = (query: Partial<ForecastQuery>) => queryForecasts(fixture.path, { series, issued: 'latest', ...query });
const page = (query: ForecastQuery, limits: Parameters<typeof forecastPage>[2]): Page<ForecastListing> =>
  reading(fixture.path, (db) => forecastPage(db, query, limits)!);

describe('forecastPage', () => {
  it.each([
    ['latest', undefined],
    ['all', undefined],
    ['all', 4],
  ] as const)('gives all of an irregular series in pages, issued %s, horizon %s', async (issued, horizon) => {
    const rows: ForecastListing[] = [];
    let after: Page<ForecastListing>['next'];
    do {
      const found = page({ series, issued, horizon }, { most: 1733, after });
      rows.push(...found.rows);
      after = found.next;
    } while (after);
    expect(rows).toEqual(await whole({ issued, horizon }));
    expect(rows.length).toBeGreaterThan(5000);
  });

  it('gives one forecast in pages', async () => {
    const issued = startMs + 200_000_000;
    const forecast = await whole({ issued });
    const first = page({ series, issued }, { most: 2 });
    expect([...first.rows, ...page({ series, issued }, { most: 10, after: first.next }).rows]).toEqual(forecast);
    expect(first.rows).toHaveLength(2);
    expect(page({ series, issued }, { most: forecast.length }).next).toBeUndefined();
    expect(forecast.length).toBeGreaterThan(2);
  });

  it('gives of a window what the whole has of it', async () => {
    const all = await whole({});
    const [fromMs, toMs] = [all[1000].target_time, all[1400].target_time];
    const expected = all.filter((row) => row.target_time >= fromMs && row.target_time <= toMs);
    expect(await whole({ fromMs, toMs })).toEqual(expected);
    expect(page({ series, issued: 'latest', fromMs, toMs }, { most: 5000 })).toEqual({
      rows: expected,
      next: undefined,
    });
  });
});
