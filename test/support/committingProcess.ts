/*
 * Commits for ever: batches of three readings and three forecasts, one series each, and the snapshot of one of them. Prints
 * the last reading of every batch once it is committed. To be killed.
 */
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { openSqliteStore } from '../../src/storage/sqliteStore.js';
import { commitBatch } from './commitBatch.js';
import { emptyBatch, rounds, seriesRow, startMs } from './storeFixture.js';

const [path, worker] = process.argv.slice(2);
const store = await openSqliteStore({ path, workerUrl: pathToFileURL(worker), nowMs: () => startMs });
const { series, lastLogId } = await store.load();
if (series.length === 0) await commitBatch(store, { ...emptyBatch, series: [1, 2, 3].map(seriesRow) });
for (let n = lastLogId / 3; ; n++) {
  const batch = rounds(3, n, n + 1);
  const readingId = batch.readings[2].id;
  const snapshots = [{ series: 3, readingId, model: 'abc', state: new Uint8Array(20_000).fill(n % 251) }];
  await commitBatch(store, { ...emptyBatch, ...batch, snapshots });
  writeSync(1, `${readingId}\n`);
}
