import { afterAll, expect, it } from 'vitest';
import { forecastRows } from '../../../src/storage/forecastRows.js';
import { openForReading } from '../../../src/storage/openDatabase.js';
import { queryForecasts } from '../../../src/storage/queries.js';
import { commitBatch } from '../../support/commitBatch.js';
import { emptyBatch, rounds, StoreFixture, seriesRow } from '../../support/storeFixture.js';

const fixture = new StoreFixture();
afterAll(() => fixture.clean());

it('a connection that goes on asking while forecasts come in, and are put into runs, is answered as one that has just begun', async () => {
  const store = await fixture.open();
  const series = [1, 2, 3];
  await commitBatch(store, { ...emptyBatch, series: series.map((id) => seriesRow(id)) });
  const db = openForReading(fixture.path);
  const runs = db.prepare('SELECT count(*) FROM forecast_run').pluck();
  const compare = async (): Promise<void> => {
    for (const id of series) {
      for (const issued of ['latest', 8e15] as const) {
        const query = { series: `sensors/${id}`, issued };
        expect(forecastRows(db, query)).toEqual(await queryForecasts(fixture.path, query));
      }
    }
  };
  let told = 0;
  for (const count of [1, 5, 600, 2, 760, 3, 1]) {
    await commitBatch(store, { ...emptyBatch, ...rounds(3, told, told + count) });
    told += count;
    await compare();
    expect(forecastRows(db, { series: 'sensors/2', issued: 'all' })).toHaveLength(told * 3);
  }
  await expect.poll(() => runs.get()).toBe(1);
  await commitBatch(store, { ...emptyBatch, ...rounds(3, told, told + 1) });
  await compare();
  db.close();
  await store.close();
});
