import type pg from 'pg';
import type { ForecastPlace, ReadingRow } from '../pipeline/ports.js';
import { numbers } from './database.js';
import type { Taken } from './takenReadings.js';

const replayChunk = 5000; // readings
const clockSlackDays = 1; // the clock of the server may have been set back over midnight

type Columns = [series: number, id: number, tMs: number, y: number, flags: number];

const columns = 'series, id::float8, time, value, flags';
const toRow = ([series, id, tMs, y, flags]: Columns): ReadingRow => ({ id, series, tMs, y, flags, packetId: -1 });

/** From where a series is replayed: after place `afterId`, which was stored on `day`. */
export interface ReplayFrom {
  readonly series: number;
  readonly afterId: number;
  readonly day: number;
}

/** The next readings after place `afterId`, of all of these series, in log order, and where to go on; undefined: these were the last. */
export async function replayAfter(
  client: pg.ClientBase,
  from: readonly ReplayFrom[],
  afterId: number,
): Promise<{ readonly rows: readonly ReadingRow[]; readonly next: number | undefined }> {
  const least = from.reduce((day, one) => Math.min(day, one.day), from[0].day);
  const { rows } = await client.query({
    text: `SELECT ${columns} FROM unnest($1::int[], $2::int8[], $3::int[]) AS f(of, after, since) CROSS JOIN LATERAL (
        SELECT * FROM reading r WHERE r.series = f.of AND r.id > greatest(f.after, $4) AND r.day >= f.since AND r.day >= $5::int
        ORDER BY r.id LIMIT ${replayChunk}) r
      ORDER BY id, series LIMIT ${replayChunk}`,
    values: [
      numbers(from.map(({ series }) => series)),
      numbers(from.map((one) => one.afterId)),
      numbers(from.map(({ day }) => day - clockSlackDays)),
      ...[afterId, least - clockSlackDays],
    ],
    rowMode: 'array',
  });
  const found = (rows as Columns[]).map(toRow);
  if (found.length < replayChunk) return { rows: found, next: undefined };
  const last = found[found.length - 1].id; // others may have the same place
  return { rows: found.filter(({ id }) => id < last), next: last - 1 };
}

export async function recentReadings(
  client: pg.ClientBase,
  series: number,
  count: number,
  upToId: number,
): Promise<readonly ReadingRow[]> {
  const { rows } = await client.query({
    text: `SELECT ${columns} FROM reading r WHERE r.series = $1 AND r.id <= $2 ORDER BY r.id DESC LIMIT $3`,
    ...{ values: [series, upToId, count], rowMode: 'array' as const },
  });
  return (rows as Columns[]).reverse().map(toRow);
}

export async function forecastPlaces(
  client: pg.ClientBase,
  series: number,
  fromTick: number,
  afterId: number,
): Promise<readonly ForecastPlace[]> {
  const { rows } = await client.query(
    `SELECT id::float8 AS id, tick::float8 AS tick FROM forecast WHERE series = $1 AND tick >= $2 AND id > $3 ORDER BY forecast.id`,
    [series, fromTick, afterId],
  );
  return rows;
}

/** The readings that stand at these moments. */
export async function readingsAt(
  client: pg.ClientBase,
  moments: readonly { readonly series: number; readonly tMs: number }[],
): Promise<(Taken & { readonly series: number })[]> {
  const { rows } = await client.query(
    `SELECT r.series, r.time AS "tMs", r.value AS y FROM unnest($1::int[], $2::float8[]) AS m(series, time)
     JOIN reading r ON r.series = m.series AND r.time = m.time`,
    [numbers(moments.map(({ series }) => series)), numbers(moments.map(({ tMs }) => tMs))],
  );
  return rows;
}
