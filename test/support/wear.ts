import { readFileSync } from 'node:fs';
import { weighedNames, weighedSteps } from '../../src/forecast/blendWeights.js';
import { ForecastWriter } from '../../src/forecast/forecastWriter.js';
import type { ForecastRow, ReadingRow, SnapshotRow } from '../../src/pipeline/ports.js';
import { Random } from '../../src/series/random.js';
import type { SqliteStore } from '../../src/storage/sqliteStore.js';
import { commitBatch } from './commitBatch.js';
import { emptyBatch, levels, minute, modelName, readingRow, seriesRow, startMs } from './storeFixture.js';

export interface WearTrial {
  readonly series: number;
  readonly group: number; // readings a commit
  readonly readings: number;
  readonly snapshotBytes: number; // of a state; 0: none is written
}

const horizon = 24;
const snapshotEvery = 256;

/** Readings of random walks, each with its forecast, round robin over the series, committed in groups. Yields after each. */
export async function* wear(store: SqliteStore, { series, group, readings, snapshotBytes }: WearTrial) {
  const random = new Random(7);
  const writer = new ForecastWriter();
  const level = Float64Array.from({ length: series + 1 }, () => 15 + 10 * random.uniform());
  await commitBatch(store, { ...emptyBatch, series: Array.from({ length: series }, (_, i) => seriesRow(i + 1)) });
  let id = 0;
  while (id < readings) {
    const rows: ReadingRow[] = [];
    const forecasts: ForecastRow[] = [];
    const snapshots: SnapshotRow[] = [];
    let jsonBytes = 0;
    for (let i = 0; i < group; i++) {
      const s = 1 + (id % series);
      const tick = Math.floor(id / series);
      id++;
      const y = Number((level[s] += 0.2 * (random.uniform() - 0.5)).toFixed(2));
      const tMs = startMs + tick * minute + s * 7;
      const values = Float64Array.from(
        { length: horizon * levels.length },
        (_, k) => y + 0.15 * Math.sqrt(1 + Math.floor(k / 3)) * ((k % 3) - 1) + 0.02 * random.uniform(),
      );
      const document = { series: `zigbee2mqtt/room-${s}.temperature`, tMs, issuedMs: tMs + 9, model: modelName };
      const json = writer.write({ ...document, stepMs: minute, last: y, levels, values, horizon, decimals: 2 });
      jsonBytes += json.length;
      rows.push(readingRow(id, s, tMs, y, id % 65_535));
      forecasts.push({
        id,
        series: s,
        tick,
        tMs,
        issuedMs: tMs + 9,
        y,
        stepMs: minute,
        model: modelName,
        levels,
        values,
        decimals: 2,
        weights: Float64Array.from(
          { length: weighedSteps(horizon).length * weighedNames.length },
          () => random.uniform() ** 2,
        ),
      });
      if (snapshotBytes > 0 && (tick + s * 97) % snapshotEvery === 0) {
        const state = Uint8Array.from({ length: snapshotBytes }, () => 256 * random.uniform());
        snapshots.push({ series: s, readingId: id, model: 'abc', state });
      }
    }
    for (const row of rows) store.noteTaken(row);
    await commitBatch(store, { ...emptyBatch, readings: rows, forecasts, snapshots });
    yield { readings: rows.length, jsonBytes };
  }
}

/** Bytes this process has sent towards the disk; pages, as the disk sees them. */
export const writtenBytes = (): number =>
  Number(/^write_bytes: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
