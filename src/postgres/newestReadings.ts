import type { ReadingRow, SeriesRow } from '../pipeline/ports.js';
import { plainLevels } from '../series/plainSettings.js';
import { storable } from './acquireSeries.js';
import type { Moment } from './postgresReader.js';

export async function seriesNamed(moment: Moment, seriesId: string): Promise<SeriesRow | undefined> {
  const [row] = await moment.rows<Pick<SeriesRow, 'id' | 'settings'>>(
    'SELECT id, settings FROM series_def WHERE name = $1',
    [storable(seriesId)],
  );
  return row && { id: row.id, seriesId, settings: { ...row.settings, levels: row.settings.levels ?? plainLevels } };
}

/** The newest readings of a series, in log order. */
export async function newestReadings(moment: Moment, series: number, count: number): Promise<readonly ReadingRow[]> {
  const rows = await moment.rows<Omit<ReadingRow, 'packetId'>>(
    `SELECT series, id::float8 AS id, time AS "tMs", value AS y, flags FROM reading
     WHERE series = $1 ORDER BY reading.id DESC LIMIT $2`,
    [series, count],
  );
  return rows.map((row) => ({ ...row, packetId: -1 })).reverse();
}
