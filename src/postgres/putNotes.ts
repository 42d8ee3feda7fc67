import type pg from 'pg';
import type { Decision } from '../pipeline/modelVersions.js';
import type { Gap, Reject } from '../pipeline/ports.js';
import { numbers } from './database.js';

const keptRejects = 1000;
const keptGaps = 10_000;
const keptDecisions = 10_000;

export async function putRejects(client: pg.ClientBase, all: readonly Reject[]): Promise<void> {
  const rows = all.slice(-keptRejects);
  if (rows.length === 0) return;
  await client.query(
    `INSERT INTO quarantine (time, topic, reason, detail, payload)
     SELECT time, topic, reason, detail, decode(payload, 'hex')
     FROM unnest($1::float8[], $2::text[], $3::text[], $4::text[], $5::text[]) AS r(time, topic, reason, detail, payload)`,
    [
      numbers(rows.map(({ arrivedMs }) => arrivedMs)),
      rows.map(({ topic }) => writable(topic)),
      rows.map(({ reason }) => reason),
      rows.map(({ detail }) => writable(detail)),
      rows.map(({ payload }) => Buffer.from(payload).toString('hex')),
    ],
  );
  await prune(client, 'quarantine', keptRejects);
}

export async function putGaps(client: pg.ClientBase, all: readonly Gap[]): Promise<void> {
  const rows = all.slice(-keptGaps);
  if (rows.length === 0) return;
  await client.query(
    `INSERT INTO gap (series, first_time, last_time, missing, reason)
     SELECT * FROM unnest($1::text[], $2::float8[], $3::float8[], $4::float8[], $5::text[])`,
    [
      rows.map(({ seriesId }) => writable(seriesId)),
      numbers(rows.map(({ fromMs }) => fromMs)),
      numbers(rows.map(({ toMs }) => toMs)),
      numbers(rows.map(({ missing }) => missing)),
      rows.map(({ reason }) => reason),
    ],
  );
  await prune(client, 'gap', keptGaps);
}

export async function putDecisions(client: pg.ClientBase, rows: readonly Decision[]): Promise<void> {
  for (const { timeMs, kind, model, series, verdict, reason, figures, durationMs } of rows) {
    await client.query(
      `INSERT INTO decision (time, kind, model, series, verdict, reason, figures, duration)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [timeMs, kind, model, series ?? null, verdict, reason, JSON.stringify(figures), durationMs],
    );
  }
  if (rows.length > 0) await prune(client, 'decision', keptDecisions);
}

const prune = (client: pg.ClientBase, table: string, kept: number) =>
  client.query(`DELETE FROM ${table} WHERE id <= (SELECT max(id) FROM ${table}) - $1`, [kept]);

/** PostgreSQL has no text with U+0000. */
const writable = (text: string): string => text.replaceAll('\u0000', '\ufffd');
