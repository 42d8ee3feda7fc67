import type { Database } from 'better-sqlite3';
import type { ForecastPlace, ReadingRow, SeriesRow, SnapshotRow, StoredState } from '../pipeline/ports.js';
import { plainLevels } from '../series/plainSettings.js';
import type { ReadingRun } from './protocol.js';
import { tailOf } from './schema.js';

const replayChunk = 5000; // readings

type Columns = [id: number, series: number, tMs: number, y: number, flags: number, packetId: number | null];

const columns = 'id, series, time, value, flags, packet';
const toRow = ([id, series, tMs, y, flags, packetId]: Columns): ReadingRow => ({
  id,
  series,
  tMs,
  y,
  flags,
  packetId: packetId ?? -1,
});

/** Reads what is stored, through a connection of its own that never writes. */
export class StoredLog {
  readonly #db: Database;
  readonly #recentIndexed;
  readonly #recentTail;

  constructor(db: Database) {
    this.#db = db;
    this.#recentTail = db
      .prepare(
        `SELECT ${columns} FROM reading WHERE series = ? AND id <= ? AND id > ${tailOf.reading} ORDER BY id DESC LIMIT ?`,
      )
      .raw();
    this.#recentIndexed = db
      .prepare(
        `SELECT r.id, r.series, r.time, r.value, r.flags, r.packet
         FROM (SELECT id FROM reading_index WHERE run = ? AND series = ? AND id <= ? ORDER BY id DESC LIMIT ?) i
         CROSS JOIN reading r ON r.id = i.id ORDER BY r.id DESC`,
      )
      .raw();
  }

  load(): StoredState {
    const series = this.#db.prepare('SELECT id, name, settings FROM series_def ORDER BY id').raw().all() as [
      ...[number, string, string],
    ][];
    const snapshots = this.#db.prepare('SELECT series, reading, model, state FROM snapshot').raw().all() as [
      ...[number, number, string, Buffer],
    ][];
    return {
      series: series.map(
        ([id, seriesId, settings]): SeriesRow => ({
          id,
          seriesId,
          settings: { levels: plainLevels, ...JSON.parse(settings) },
        }),
      ),
      snapshots: new Map(
        snapshots.map(([series, readingId, model, state]): [number, SnapshotRow] => [
          series,
          { series, readingId, model, state: new Uint8Array(state.buffer, state.byteOffset, state.byteLength) },
        ]),
      ),
      lastLogId: this.lastId(),
    };
  }

  /** The newest position ever given out, as far as rows tell. */
  lastId(): number {
    return this.#db
      .prepare(
        `SELECT max(coalesce((SELECT max(id) FROM reading), 0), ${tailOf.reading},
            coalesce((SELECT max(id) FROM forecast), 0), ${tailOf.forecast},
            coalesce((SELECT max(reading) FROM snapshot), 0))`,
      )
      .pluck()
      .get() as number;
  }

  runs(): ReadingRun[] {
    const rows = this.#db.prepare('SELECT id, last_id, first_time, last_time FROM reading_run ORDER BY id').raw().all();
    return (rows as number[][]).map(([id, lastId, firstMs, lastMs]) => ({ id, lastId, firstMs, lastMs }));
  }

  tail(): Iterable<ReadingRow> {
    return this.#rows(`WHERE id > ${tailOf.reading}`);
  }

  /** The newest rows that came under a packet id, of the present broker session. */
  withPacket(count: number): Iterable<ReadingRow> {
    return this.#rows(
      `WHERE packet IS NOT NULL AND id > (SELECT coalesce(max(id), 0) FROM reading) - ${count}
       AND id > coalesce((SELECT value FROM meta WHERE key = 'packet_floor'), 0)`,
    );
  }

  *replay(snapshots: StoredState['snapshots']): Iterable<readonly ReadingRow[]> {
    const next = this.#db.prepare(`SELECT ${columns} FROM reading WHERE id > ? ORDER BY id LIMIT ${replayChunk}`).raw();
    const covered = new Map([...snapshots].map(([series, { readingId }]) => [series, readingId]));
    for (let after = this.#firstUncovered(covered) - 1; ; ) {
      const rows = next.all(after) as Columns[];
      if (rows.length === 0) return;
      after = rows[rows.length - 1][0];
      const uncovered: ReadingRow[] = [];
      for (const row of rows) if (row[0] > (covered.get(row[1]) ?? 0)) uncovered.push(toRow(row));
      if (uncovered.length > 0) yield uncovered;
    }
  }

  recent(series: number, count: number, upToId: number): ReadingRow[] {
    const rows = this.#recentTail.all(series, upToId, count) as Columns[];
    const runs = this.#db.prepare('SELECT id FROM reading_run WHERE first_id <= ? ORDER BY id DESC').pluck();
    if (rows.length < count) {
      for (const run of runs.all(upToId) as number[]) {
        rows.push(...(this.#recentIndexed.all(run, series, upToId, count - rows.length) as Columns[]));
        if (rows.length >= count) break;
      }
    }
    return rows.reverse().map(toRow);
  }

  forecastPlaces(series: number, fromTick: number, afterId: number): ForecastPlace[] {
    return this.#db
      .prepare(
        `SELECT i.id AS id, i.tick AS tick FROM forecast_run g CROSS JOIN forecast_index i
           ON i.run = g.id AND i.series = :series AND i.tick >= :fromTick
         WHERE g.last_id > :afterId AND i.id > :afterId
         UNION ALL
         SELECT id, tick FROM forecast WHERE id > max(:afterId, ${tailOf.forecast}) AND series = :series AND tick >= :fromTick
         ORDER BY id`,
      )
      .all({ series, fromTick, afterId }) as ForecastPlace[];
  }

  /** A series whose last reading is covered needs no replay, however old its snapshot is. */
  #firstUncovered(covered: ReadonlyMap<number, number>): number {
    const extents = this.#db
      .prepare(
        `SELECT series, min(first_id), max(last_id) FROM (
           SELECT series, first_id, last_id FROM reading_stat
           UNION ALL SELECT series, min(id), max(id) FROM reading WHERE id > ${tailOf.reading} GROUP BY series
         ) GROUP BY series`,
      )
      .raw();
    let first = Number.POSITIVE_INFINITY;
    for (const [series, firstId, lastId] of extents.iterate() as Iterable<number[]>) {
      const id = covered.get(series) ?? 0;
      if (lastId > id) first = Math.min(first, Math.max(firstId, id + 1));
    }
    return Number.isFinite(first) ? first : Number.MAX_SAFE_INTEGER;
  }

  *#rows(where: string): Iterable<ReadingRow> {
    const rows = this.#db.prepare(`SELECT ${columns} FROM reading ${where} ORDER BY id`).raw();
    for (const row of rows.iterate() as Iterable<Columns>) yield toRow(row);
  }
}
