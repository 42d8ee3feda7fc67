import type pg from 'pg';
import { numbers, transaction } from './database.js';

const dayMs = 86_400_000;
const lockOfDays = 0x53544551;
const countedAtOnce = 2000; // series
const tables = ['reading', 'forecast'] as const;

export const dayOf = (tMs: number): number => Math.floor(tMs / dayMs);

/** `reading_20261123`. */
const nameOf = (table: string, day: number): string =>
  `${table}_${new Date(day * dayMs).toISOString().slice(0, 10).replaceAll('-', '')}`;

/** Has tables for rows of this day and of the next. */
export async function prepareDays(client: pg.ClientBase, today: number): Promise<void> {
  for (const table of tables) {
    for (const day of [today, today + 1]) {
      const name = nameOf(table, day);
      if (await exists(client, name)) continue;
      await transaction(client, async () => {
        await client.query('SELECT pg_advisory_xact_lock($1)', [lockOfDays]);
        if (await exists(client, name)) return;
        // Attached, not made as a partition: that would hold up every other statement on the table.
        await client.query(`CREATE TABLE ${name} (LIKE ${table} INCLUDING DEFAULTS INCLUDING STORAGE)`);
        await client.query(`ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM (${day}) TO (${day + 1})`);
      });
    }
  }
}

export interface DropDays {
  readonly today: number;
  readonly readingsMs?: number; // kept; absent: for ever
  readonly forecastsMs?: number;
}

/**
 * Drops the tables of days that are over for longer than they are to be kept. Returns their names. Another worker that is at it is left to
 * it, and what it had to leave half done is gone on with. After an error the connection, which holds the lock, is to be closed.
 */
export async function dropDays(client: pg.ClientBase, { today, readingsMs, forecastsMs }: DropDays): Promise<string[]> {
  const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS free', [lockOfDays + 1]);
  if (!rows[0].free) return [];
  await client.query("SET lock_timeout = '2s'"); // whoever reads for long is not waited for: everyone else would queue behind this
  if (forecastsMs !== undefined) await detachBefore(client, 'forecast', today - Math.ceil(forecastsMs / dayMs));
  if (readingsMs !== undefined) await detachBefore(client, 'reading', today - Math.ceil(readingsMs / dayMs));
  const dropped: string[] = [];
  const left = await client.query('SELECT name, counted FROM dropped_day ORDER BY name');
  for (const { name, counted } of left.rows as { name: string; counted: number }[]) {
    if (name.startsWith('reading')) await takeFromCounts(client, name, counted);
    await transaction(client, async () => {
      await client.query(`DROP TABLE ${name}`);
      await client.query('DELETE FROM dropped_day WHERE name = $1', [name]);
    });
    dropped.push(name);
  }
  await client.query('RESET lock_timeout');
  await client.query('SELECT pg_advisory_unlock($1)', [lockOfDays + 1]);
  return dropped;
}

async function exists(client: pg.ClientBase, name: string): Promise<boolean> {
  const { rows } = await client.query(
    'SELECT EXISTS (SELECT FROM pg_class WHERE relname = $1 AND pg_table_is_visible(oid)) AS there',
    [name],
  );
  return rows[0].there;
}

async function detachBefore(client: pg.ClientBase, table: string, day: number): Promise<void> {
  const { rows } = await client.query({
    text: 'SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = $1::regclass ORDER BY 1',
    ...{ values: [table], rowMode: 'array' as const },
  });
  const end = nameOf(table, day);
  for (const [name] of rows as [string][]) {
    if (name >= end) return;
    await transaction(client, async () => {
      await client.query(`ALTER TABLE ${table} DETACH PARTITION ${name}`);
      await client.query('INSERT INTO dropped_day (name) VALUES ($1)', [name]);
    });
  }
}

/** What `series_state` counts is made less by what is dropped: some series at a time, so that no commit waits long for their rows. */
async function takeFromCounts(client: pg.ClientBase, name: string, counted: number): Promise<void> {
  for (let after = counted; ; ) {
    const { rows } = await client.query({
      text: `WITH RECURSIVE s(series) AS (
          (SELECT series FROM ${name} WHERE series > $1 ORDER BY series LIMIT 1)
          UNION ALL
          SELECT (SELECT n.series FROM ${name} n WHERE n.series > s.series ORDER BY n.series LIMIT 1) FROM s WHERE s.series IS NOT NULL
        ) SELECT series FROM s WHERE series IS NOT NULL LIMIT ${countedAtOnce}`, // a probe of the index a series: a DISTINCT reads the day
      ...{ values: [after], rowMode: 'array' as const },
    });
    if (rows.length === 0) return;
    const series = (rows as [number][]).map(([id]) => id);
    after = series[series.length - 1];
    await transaction(client, async () => {
      await client.query(
        `UPDATE series_state s SET readings = s.readings - g.readings,
           first_time = (SELECT min(r.time) FROM reading r WHERE r.series = s.series)
         FROM (SELECT series, count(*) AS readings FROM ${name} WHERE series = ANY($1::int[]) GROUP BY series) g
         WHERE s.series = g.series`,
        [numbers(series)],
      );
      await client.query('UPDATE dropped_day SET counted = $2 WHERE name = $1', [name, after]);
    });
  }
}
