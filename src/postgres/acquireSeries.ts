import type pg from 'pg';
import type { NamedSeries, SeriesRow, SnapshotRow } from '../pipeline/ports.js';
import { plainLevels } from '../series/plainSettings.js';
import { numbers, transaction } from './database.js';
import { keptTaken, type TakenTail } from './takenReadings.js';

/** A series as it was acquired: nobody else can commit to it from then on. */
export interface AcquiredSeries {
  readonly row: SeriesRow;
  readonly epoch: number;
  readonly lastId: number; // the highest place that it has in the log
  readonly lastTick: number; // of its newest forecast, −1 for none
  readonly snapshot: (SnapshotRow & { readonly day: number }) | undefined;
  readonly taken: TakenTail;
}

/**
 * Makes series this worker's: those that are named, made where they are new, and all that look at them or that they look at, but for
 * those it has. A commit of the one that had them ends first, or fails. Undefined, and nothing is changed, where `isRightful` says no: it is asked
 * while their rows are locked, so whoever has the right after that acquires them after that.
 */
export async function acquireSeries(
  client: pg.ClientBase,
  named: readonly NamedSeries[],
  writer: number,
  isHeld: (series: number) => boolean,
  isRightful?: () => Promise<boolean>,
): Promise<readonly AcquiredSeries[] | undefined> {
  const sent = new Map(named.map((one) => [storable(one.seriesId), one]));
  const owned = await transaction(client, async () => {
    await makeKnown(client, sent);
    const wanted = (await connected(client, [...sent.keys()])).filter((id) => !isHeld(id));
    const raised = wanted.length === 0 ? [] : await raiseEpochs(client, wanted, writer);
    if (isRightful && !(await isRightful())) throw new Wrongful();
    return raised;
  }).catch(async (error) => {
    if (!(error instanceof Wrongful)) throw error;
    await client.query('ROLLBACK');
  });
  if (!owned) return undefined;
  if (owned.length === 0) return [];
  const ids = owned.map(({ series }) => series);
  const rows = await rowsOf(client, ids, sent);
  const snapshots = await snapshotsOf(client, ids);
  const taken = await tailsOf(client, owned);
  return owned.map(({ series, epoch, lastId, lastTick }) => {
    const snapshot = snapshots.get(series);
    return {
      ...{
        row: rows.get(series)!,
        epoch,
        snapshot,
        lastTick,
        taken: taken.get(series) ?? { rows: [], olderMs: Number.NaN },
      },
      lastId: Math.max(lastId, snapshot?.readingId ?? 0),
    };
  });
}

class Wrongful extends Error {}

/** PostgreSQL has no text with U+0000, and none with half a character. */
export const storable = (name: string): string => Buffer.from(name.replaceAll('\u0000', '\ufffd')).toString();

async function makeKnown(client: pg.ClientBase, sent: ReadonlyMap<string, NamedSeries>): Promise<void> {
  const names = [...sent.keys()];
  const { rows } = await client.query({
    ...{ text: 'SELECT name FROM series_def WHERE name = ANY($1)', values: [names], rowMode: 'array' },
  });
  const known = new Set(rows.map(([name]) => name as string));
  for (const [name, { settings }] of sent) {
    if (known.has(name)) continue;
    const looksAt = (settings.covariates ?? []).map(({ series }) => storable(series));
    await client.query(
      'INSERT INTO series_def (name, settings, looks_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING',
      [name, JSON.stringify(settings), looksAt],
    );
  }
}

async function connected(client: pg.ClientBase, names: readonly string[]): Promise<number[]> {
  const { rows } = await client.query({
    text: `WITH RECURSIVE part(id) AS (
        SELECT id FROM series_def WHERE name = ANY($1)
        UNION
        SELECT other.id FROM part JOIN series_def s ON s.id = part.id CROSS JOIN LATERAL (
          SELECT id FROM series_def WHERE name = ANY(s.looks_at)
          UNION ALL
          SELECT id FROM series_def WHERE looks_at @> ARRAY[s.name] AND looks_at <> '{}'
        ) other
      ) SELECT id FROM part ORDER BY id`,
    values: [names],
    rowMode: 'array',
  });
  return rows.map(([id]) => id);
}

interface Owned {
  readonly series: number;
  readonly epoch: number;
  readonly lastId: number;
  readonly lastTick: number;
}

async function raiseEpochs(client: pg.ClientBase, ids: readonly number[], writer: number): Promise<Owned[]> {
  const { rows } = await client.query({
    text: `INSERT INTO series_state AS s (series, epoch, owner) SELECT id, 1, $2 FROM unnest($1::int[]) AS w(id)
      ON CONFLICT (series) DO UPDATE SET epoch = s.epoch + 1, owner = excluded.owner
      RETURNING series, epoch::float8, last_id::float8, last_tick::float8`,
    values: [numbers(ids), writer],
    rowMode: 'array',
  });
  return rows
    .map(([series, epoch, lastId, lastTick]): Owned => ({ series, epoch, lastId, lastTick }))
    .sort((a, b) => a.series - b.series);
}

async function rowsOf(
  client: pg.ClientBase,
  ids: readonly number[],
  sent: ReadonlyMap<string, NamedSeries>,
): Promise<Map<number, SeriesRow>> {
  const { rows } = await client.query({
    text: 'SELECT id, name, settings::text FROM series_def WHERE id = ANY($1::int[])',
    values: [numbers(ids)],
    rowMode: 'array',
  });
  return new Map(
    (rows as [number, string, string][]).map(([id, name, text]) => {
      const given = sent.get(name);
      const isSame = given !== undefined && JSON.stringify(given.settings) === text; // one object for all series of a stream
      const settings = isSame ? given.settings : { levels: plainLevels, ...JSON.parse(text) };
      return [id, { id, seriesId: given?.seriesId ?? name, settings }];
    }),
  );
}

async function snapshotsOf(
  client: pg.ClientBase,
  ids: readonly number[],
): Promise<Map<number, SnapshotRow & { readonly day: number }>> {
  const { rows } = await client.query({
    text: `SELECT series, reading::float8, day, model, encode(state, 'base64') FROM snapshot WHERE series = ANY($1::int[])`,
    ...{ values: [numbers(ids)], rowMode: 'array' as const },
  });
  return new Map(
    (rows as [number, number, number, string, string][]).map(([series, readingId, day, model, state]) => [
      series,
      { series, readingId, day, model, state: new Uint8Array(Buffer.from(state, 'base64')) },
    ]),
  );
}

/** The newest readings of each, and the newest time that stands before them in the log. */
async function tailsOf(client: pg.ClientBase, owned: readonly Owned[]): Promise<Map<number, TakenTail>> {
  const { rows } = await client.query({
    text: `SELECT w.series, t.times, t.readings, (
        SELECT r.time FROM reading r WHERE r.series = w.series AND r.id < t.first_id ORDER BY r.time DESC LIMIT 1)
      FROM unnest($1::int[]) AS w(series) CROSS JOIN LATERAL (
        SELECT array_agg(n.time ORDER BY n.id) AS times, array_agg(n.value ORDER BY n.id) AS readings, min(n.id) AS first_id
        FROM (SELECT id, time, value FROM reading r WHERE r.series = w.series ORDER BY id DESC LIMIT ${keptTaken}) n) t
      WHERE t.first_id IS NOT NULL`,
    values: [numbers(owned.filter(({ lastId }) => lastId > 0).map(({ series }) => series))],
    rowMode: 'array',
  });
  return new Map(
    (rows as [number, number[], number[], number | null][]).map(([series, times, values, olderMs]) => [
      series,
      { rows: times.map((tMs, i) => ({ tMs, y: values[i] })), olderMs: olderMs ?? Number.NaN },
    ]),
  );
}
