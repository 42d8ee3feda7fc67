import type pg from 'pg';
import { numbers, transaction } from './database.js';
import type { ForecastForms } from './forecastForms.js';
import { putDecisions, putGaps, putRejects } from './putNotes.js';
import { seriesChanges } from './seriesChanges.js';
import type { ForecastForm, PackedRow, StagedRows } from './stagedRows.js';

export interface Writer {
  readonly id: number; // of this process, as the database knows it
  readonly sequence: number; // of the commit: one that was written is not written again
  readonly forms: ForecastForms;
  readonly dayOf: (serverMs: number) => number;
}

/** Written: the day it stands under. Otherwise the series that are not this process's any more, and nothing was written. */
export type Written = { readonly day: number } | { readonly fenced: readonly number[] };

/** All of a batch in one transaction, or nothing. A commit whose answer was lost is found written, and not written twice. */
export async function writeBatch(client: pg.ClientBase, batch: StagedRows, writer: Writer): Promise<Written> {
  const forms = await formsOf(client, batch.forecasts, writer.forms);
  let fenced: readonly number[] = [];
  let day = 0;
  try {
    await transaction(client, async () => {
      const begun = await begin(client, writer);
      if (begun.isWritten) return;
      day = writer.dayOf(begun.serverMs);
      fenced = await changeSeries(client, batch);
      if (fenced.length > 0) throw new Fenced();
      await putReadings(client, batch, day);
      await putForecasts(client, batch.forecasts, forms, day);
      await putSnapshots(client, batch, day);
      await putDescriptions(client, batch);
      await putRejects(client, batch.rejects);
      await putGaps(client, batch.gaps);
      await putDecisions(client, batch.decisions);
    });
  } catch (error) {
    if (!(error instanceof Fenced)) throw error;
    await client.query('ROLLBACK');
    return { fenced };
  }
  return { day };
}

class Fenced extends Error {}

async function formsOf(client: pg.ClientBase, rows: readonly PackedRow[], forms: ForecastForms): Promise<number[]> {
  const ids = new Map<ForecastForm, number>();
  for (const { form } of rows) if (!ids.has(form)) ids.set(form, await forms.idOf(client, form));
  return rows.map(({ form }) => ids.get(form)!);
}

async function begin(
  client: pg.ClientBase,
  { id, sequence }: Writer,
): Promise<{ isWritten: boolean; serverMs: number }> {
  const { rows } = await client.query(
    `INSERT INTO writer (id, sequence, seen) VALUES ($1, $2, now())
     ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, seen = excluded.seen WHERE writer.sequence < excluded.sequence
     RETURNING extract(epoch FROM seen)::double precision * 1000 AS now`,
    [id, sequence],
  );
  return { isWritten: rows.length === 0, serverMs: rows[0]?.now ?? 0 };
}

/** What is known of the series, where they are still this process's. Returns those that are not. */
async function changeSeries(client: pg.ClientBase, batch: StagedRows): Promise<number[]> {
  if (batch.epochs.size === 0) return [];
  const changes = seriesChanges(batch);
  const column = (of: (change: (typeof changes)[number]) => number): string => numbers(changes.map(of));
  const { rows } = await client.query({
    text: `UPDATE series_state s SET readings = s.readings + c.readings,
        first_time = CASE WHEN c.readings > 0 THEN least(s.first_time, c.first_time) ELSE s.first_time END,
        last_time = CASE WHEN c.readings > 0 THEN greatest(s.last_time, c.last_time) ELSE s.last_time END,
        last_value = CASE WHEN c.readings > 0 AND (s.last_time IS NULL OR c.last_time >= s.last_time) THEN c.last_value
          ELSE s.last_value END,
        last_id = greatest(s.last_id, c.last_id), last_tick = greatest(s.last_tick, c.last_tick)
      FROM unnest($1::int[], $2::int8[], $3::int8[], $4::float8[], $5::float8[], $6::float8[], $7::int8[], $8::int8[])
        AS c(series, epoch, readings, first_time, last_time, last_value, last_id, last_tick)
      WHERE s.series = c.series AND s.epoch = c.epoch RETURNING s.series`,
    values: [
      column(({ series }) => series),
      column(({ epoch }) => epoch),
      column(({ readings }) => readings),
      column(({ firstMs }) => firstMs),
      column(({ lastMs }) => lastMs),
      column(({ lastValue }) => lastValue),
      column(({ lastId }) => lastId),
      column(({ lastTick }) => lastTick),
    ],
    rowMode: 'array',
  });
  if (rows.length === changes.length) return [];
  const own = new Set(rows.map(([series]) => series as number));
  return changes.flatMap(({ series }) => (own.has(series) ? [] : [series]));
}

async function putReadings(client: pg.ClientBase, { readings }: StagedRows, day: number): Promise<void> {
  if (readings.length === 0) return;
  await client.query(
    `INSERT INTO reading (day, series, id, time, value, flags)
     SELECT $1, * FROM unnest($2::int[], $3::int8[], $4::float8[], $5::float8[], $6::int2[])`,
    [
      day,
      numbers(readings.map(({ series }) => series)),
      numbers(readings.map(({ id }) => id)),
      numbers(readings.map(({ tMs }) => tMs)),
      numbers(readings.map(({ y }) => y)),
      numbers(readings.map(({ flags }) => flags)),
    ],
  );
}

/** Packed texts hold no line feed: they go as one text each, taken apart by the server. */
async function putForecasts(
  client: pg.ClientBase,
  rows: readonly PackedRow[],
  forms: readonly number[],
  day: number,
): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `INSERT INTO forecast (day, series, tick, id, time, issued, step, value, form, base, scale, k, weights)
     SELECT $1, series, tick, id, time, issued, step, value, form, base, scale, k, nullif(weights, '')
     FROM unnest($2::int[], $3::int8[], $4::int8[], $5::float8[], $6::float8[], $7::float8[], $8::float8[], $9::int[],
       $10::float8[], $11::float8[], string_to_array($12, E'\\n'), string_to_array($13, E'\\n'))
       AS f(series, tick, id, time, issued, step, value, form, base, scale, k, weights)`,
    [
      day,
      numbers(rows.map(({ series }) => series)),
      numbers(rows.map(({ tick }) => tick)),
      numbers(rows.map(({ id }) => id)),
      numbers(rows.map(({ tMs }) => tMs)),
      numbers(rows.map(({ issuedMs }) => issuedMs)),
      numbers(rows.map(({ stepMs }) => stepMs)),
      numbers(rows.map(({ y }) => y)),
      numbers(forms),
      numbers(rows.map(({ base }) => base)),
      numbers(rows.map(({ scale }) => scale)),
      rows.map(({ k }) => k).join('\n'),
      rows.map(({ weights }) => weights ?? '').join('\n'),
    ],
  );
}

/** States go as one run of bytes, which the server cuts: as an array they would be twice as long. */
async function putSnapshots(client: pg.ClientBase, batch: StagedRows, day: number): Promise<void> {
  const rows = [...batch.snapshots.values()];
  if (rows.length === 0) return;
  let end = 0;
  const starts = rows.map(({ state }) => (end += state.length) - state.length + 1);
  await client.query(
    `INSERT INTO snapshot (series, reading, day, model, state)
     SELECT series, reading, $1, model, substring($2::bytea FROM start FOR size)
     FROM unnest($3::int[], $4::int8[], $5::text[], $6::int[], $7::int[]) AS s(series, reading, model, start, size)
     ON CONFLICT (series) DO UPDATE
     SET reading = excluded.reading, day = excluded.day, model = excluded.model, state = excluded.state`,
    [
      day,
      Buffer.concat(rows.map(({ state }) => state)),
      numbers(rows.map(({ series }) => series)),
      numbers(rows.map(({ readingId }) => readingId)),
      rows.map(({ model }) => model),
      numbers(starts),
      numbers(rows.map(({ state }) => state.length)),
    ],
  );
}

async function putDescriptions(client: pg.ClientBase, { series, summaries }: StagedRows): Promise<void> {
  for (const { id, settings } of series.values()) {
    await client.query('UPDATE series_def SET settings = $2, looks_at = $3 WHERE id = $1', [
      id,
      JSON.stringify(settings),
      (settings.covariates ?? []).map((covariate) => covariate.series),
    ]);
  }
  if (summaries.size === 0) return;
  const rows = [...summaries.values()];
  await client.query(
    `INSERT INTO series_summary SELECT * FROM unnest($1::int[], $2::float8[], $3::int[], $4::text[])
     ON CONFLICT (series) DO UPDATE SET step = excluded.step, season = excluded.season, model = excluded.model`,
    [
      numbers(rows.map(({ series }) => series)),
      numbers(rows.map(({ stepMs }) => stepMs)),
      numbers(rows.map(({ season }) => season)),
      rows.map(({ model }) => model),
    ],
  );
}
