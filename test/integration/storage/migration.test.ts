import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { weighedNames, weighedSteps } from '../../../src/forecast/blendWeights.js';
import type { Decision } from '../../../src/pipeline/modelVersions.js';
import { listDecisions, listModels } from '../../../src/storage/modelQueries.js';
import { listSeries, queryForecasts } from '../../../src/storage/queries.js';
import { applicationId, migrations, schemaVersion } from '../../../src/storage/schema.js';
import { storedAccuracy } from '../../../src/storage/storedAccuracy.js';
import { commitBatch } from '../../support/commitBatch.js';
import { eventSettings } from '../../support/settings.js';
import { emptyBatch, forecastRow, minute, readingRow, StoreFixture, startMs } from '../../support/storeFixture.js';

let fixture: StoreFixture;
beforeEach(() => {
  fixture = new StoreFixture();
});
afterEach(() => fixture.clean());

/** A file as the first layout had it: one series, three readings with their forecasts of two steps. */
function writeFirstLayout(): void {
  const db = new Database(fixture.path);
  db.exec(migrations[0]);
  db.pragma(`application_id = ${applicationId}`);
  db.pragma('user_version = 1');
  db.prepare('INSERT INTO series_def VALUES (1, ?, ?)').run('sensors/1', JSON.stringify(eventSettings));
  db.exec(
    "INSERT INTO forecast_form VALUES (1, 'gru-base@1 0.1,0.5,0.9 6', 'gru-base@1', '[0.1,0.5,0.9]', 2, 3, 0, 1, 2)",
  );
  for (const tick of [0, 1, 2]) {
    const tMs = startMs + tick * minute;
    db.prepare('INSERT INTO reading VALUES (?, 1, ?, ?, 0, NULL)').run(tick + 1, tMs, 20 + tick);
    db.prepare("INSERT INTO forecast VALUES (?, 1, ?, ?, ?, ?, ?, 1, 190, 10, '[0,10,20,0,12,25]')").run(
      ...[tick + 1, tick, tMs, tMs + 5, minute, 20 + tick],
    );
  }
  db.close();
}

/** What the view says of every step: time, horizon, q10, q50, q90. */
function quantilesOf(path: string): number[][] {
  const db = new Database(path, { readonly: true });
  const rows = db.prepare('SELECT time, horizon, q10, q50, q90 FROM forecasts ORDER BY time, horizon').raw().all();
  db.close();
  return rows as number[][];
}

describe('a database of the first layout', () => {
  it('is read as it is while no daemon has opened it', async () => {
    writeFirstLayout();
    expect(await listSeries(fixture.path)).toMatchObject([{ series: 'sensors/1', readings: 3, last_value: 22 }]);
    const [row] = await storedAccuracy(fixture.path, {}, () => {});
    expect(row).toMatchObject({ series: 'sensors/1', n: 3, weights: null });
    expect(await listModels(fixture.path)).toEqual([]);
    expect(await listDecisions(fixture.path, ['gru-base@1'])).toEqual([]);
  });

  it('is brought to the present one with all it holds, and goes on from there', async () => {
    writeFirstLayout();
    const before = await queryForecasts(fixture.path, { series: 'sensors/1', issued: 'all' });
    expect(before).toHaveLength(6);
    const viewed = quantilesOf(fixture.path);
    expect(viewed).toContainEqual([startMs, 2, 19, 20.2, 21.5]);
    const store = await fixture.open();
    expect(await queryForecasts(fixture.path, { series: 'sensors/1', issued: 'all' })).toEqual(before);
    const state = await store.load();
    expect(state.series).toMatchObject([{ id: 1, seriesId: 'sensors/1', settings: eventSettings }]);

    const steps = weighedSteps(2).length;
    const weights = new Float64Array(steps * weighedNames.length);
    weights[0] = 0.25;
    weights[weighedNames.indexOf('network')] = 0.75;
    weights[weighedNames.length + 1] = 1;
    const tMs = startMs + 3 * minute;
    const forecast = { ...forecastRow(4, 1, 3, tMs, 23, 2), weights };
    await commitBatch(store, { ...emptyBatch, readings: [readingRow(4, 1, tMs, 23)], forecasts: [forecast] });

    const written = [1, 2].map((h) => [tMs, h, ...forecast.values.subarray(3 * (h - 1), 3 * h)]);
    expect(quantilesOf(fixture.path)).toEqual([...viewed, ...written]);

    const db = new Database(fixture.path, { readonly: true });
    expect(db.pragma('user_version', { simple: true })).toBe(schemaVersion);
    expect(
      db
        .prepare('SELECT time, horizon, expert, weight FROM weights WHERE weight > 0 ORDER BY horizon, weight')
        .raw()
        .all(),
    ).toEqual([
      [tMs, 1, 'persistence', 0.25],
      [tMs, 1, 'network', 0.75],
      [tMs, 2, 'seasonal', 1],
    ]);
    db.close();
    const [row] = await storedAccuracy(fixture.path, {}, () => {});
    expect(row).toMatchObject({ n: 5, weights: { persistence: 0.125, seasonal: 0.5, network: 0.375 } });
  });

  it('keeps the models it knew, and takes decisions about them', async () => {
    writeFirstLayout();
    const old = new Database(fixture.path);
    old.prepare("INSERT INTO model VALUES ('gru-base', 1, 'aa', 'active', 'file', 5, NULL)").run();
    old.close();
    const store = await fixture.open();
    expect(store.ledger.versions()).toMatchObject([{ name: 'gru-base', version: 1, sha256: 'aa', createdMs: 5 }]);
    expect(store.ledger.requests()).toEqual([]);
    const decision: Decision = {
      ...{ timeMs: 9, kind: 'rollback', model: 'gru-base@1', series: undefined, verdict: 'failed' },
      ...{ reason: 'none', figures: { tried: [1, 2] }, durationMs: 0.5 },
    };
    store.ledger.write({ decisions: [decision] });
    await commitBatch(store, emptyBatch);
    const { timeMs, durationMs, series, ...same } = decision;
    expect(await listDecisions(fixture.path, ['gru-base@1'])).toEqual([
      { ...same, time: timeMs, duration: durationMs, series: null },
    ]);
  });
});
