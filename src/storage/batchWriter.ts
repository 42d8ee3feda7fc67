import type { Database } from 'better-sqlite3';
import { weighedNames, weighedSteps } from '../forecast/blendWeights.js';
import { packForecast } from '../forecast/packForecast.js';
import { packWeights } from '../forecast/packWeights.js';
import { LedgerWriter } from './ledgerWriter.js';
import { type CommitRequest, type ForecastForm, forecastWidth, readingWidth } from './protocol.js';
import { RowInserter } from './rowInserter.js';
import { longestHorizon } from './schema.js';

const keptRejects = 1000;
const keptGaps = 10_000;
const rowsTogether = 8; // in one statement
const experts = JSON.stringify(weighedNames);

/** Writes batches, each in one transaction. */
export class BatchWriter {
  readonly ledger: LedgerWriter;
  readonly #db: Database;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #forms = new Map<string, number>();

  constructor(db: Database) {
    this.#db = db;
    this.#statements = prepare(db);
    this.ledger = new LedgerWriter(db);
    this.#loadForms();
  }

  /** All of the batch, or nothing: after an error it can be written again. */
  write(request: CommitRequest): void {
    try {
      this.#db.transaction(() => this.#writeAll(request)).immediate();
    } catch (error) {
      this.#loadForms();
      throw error;
    }
  }

  #writeAll({
    readings,
    forecasts,
    forms,
    series,
    snapshots,
    summaries,
    rejects,
    gaps,
    decisions,
    packetFloor,
  }: CommitRequest): void {
    const put = this.#statements;
    for (const { id, seriesId, settings } of series) put.series.run(id, seriesId, JSON.stringify(settings));
    this.#writeReadings(readings);
    this.#writeForecasts(forecasts, forms);
    for (const { series, readingId, model, state } of snapshots) put.snapshot.run(series, readingId, model, state);
    for (const { series, stepMs, season, model } of summaries) put.summary.run(series, stepMs, season, model);
    for (const { arrivedMs, topic, reason, detail, payload } of rejects.slice(-keptRejects)) {
      put.reject.run(arrivedMs, topic, reason, detail, payload);
    }
    if (rejects.length > 0) put.pruneRejects.run(keptRejects);
    for (const { seriesId, fromMs, toMs, missing, reason } of gaps.slice(-keptGaps)) {
      put.gap.run(seriesId, fromMs, toMs, missing, reason);
    }
    if (gaps.length > 0) put.pruneGaps.run(keptGaps);
    this.ledger.decide(decisions);
    if (packetFloor !== undefined) put.meta.run('packet_floor', packetFloor);
  }

  #writeReadings(rows: Float64Array): void {
    const { readings } = this.#statements;
    const values = readings.begin();
    for (let at = 0; at < rows.length; at += readingWidth) {
      const packetId = rows[at + 5];
      values.push(rows[at], rows[at + 1], rows[at + 2], rows[at + 3], rows[at + 4], packetId < 0 ? null : packetId);
      readings.next();
    }
    readings.end();
  }

  #writeForecasts(rows: Float64Array, forms: readonly ForecastForm[]): void {
    const { forecasts } = this.#statements;
    const values = forecasts.begin();
    let [form, formAt, formCount] = [0, -1, 0];
    for (let at = 0; at < rows.length; ) {
      const [first, count] = [at + forecastWidth, rows[at + 9]];
      const { base, scale, k } = packForecast(rows.subarray(first, first + count), rows[at + 8]);
      if (rows[at + 7] !== formAt || count !== formCount) {
        [formAt, formCount] = [rows[at + 7], count];
        form = this.#formId(forms[formAt], count);
      }
      const end = first + count + rows[at + 10];
      const weights = end > first + count ? packWeights(rows.subarray(first + count, end)) : null;
      const [tMs, issuedMs, y, stepMs] = [rows[at + 3], rows[at + 4], rows[at + 5], rows[at + 6]];
      values.push(rows[at], rows[at + 1], rows[at + 2], tMs, issuedMs, stepMs, y, form, base, scale, k, weights);
      forecasts.next();
      at = end;
    }
    forecasts.end();
  }

  #formId({ model, levels }: ForecastForm, count: number): number {
    const key = `${model} ${levels} ${count} ${experts}`;
    const known = this.#forms.get(key);
    if (known !== undefined) return known;
    const horizon = count / levels.length;
    if (!Number.isInteger(horizon) || horizon > longestHorizon) {
      throw new RangeError(`BatchWriter: ${count} quantiles at ${levels.length} levels`);
    }
    const at = (level: number): number | null => (levels.includes(level) ? levels.indexOf(level) : null);
    const { lastInsertRowid } = this.#statements.form.run(
      ...[key, model, JSON.stringify(levels), horizon, levels.length, at(0.1), at(0.5), at(0.9), experts],
      JSON.stringify(weighedSteps(horizon)),
    );
    this.#forms.set(key, Number(lastInsertRowid));
    return Number(lastInsertRowid);
  }

  #loadForms(): void {
    this.#forms.clear();
    const rows = this.#db.prepare('SELECT key, id FROM forecast_form').raw().all() as [string, number][];
    for (const [key, id] of rows) this.#forms.set(key, id);
  }
}

function prepare(db: Database) {
  return {
    series: db.prepare(
      `INSERT INTO series_def VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, settings = excluded.settings`,
    ),
    readings: new RowInserter(db, 'reading', 6, rowsTogether),
    forecasts: new RowInserter(db, 'forecast', 12, rowsTogether),
    form: db.prepare('INSERT INTO forecast_form VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    snapshot: db.prepare(
      `INSERT INTO snapshot VALUES (?, ?, ?, ?) ON CONFLICT (series) DO UPDATE
       SET reading = excluded.reading, model = excluded.model, state = excluded.state`,
    ),
    summary: db.prepare(
      `INSERT INTO series_summary VALUES (?, ?, ?, ?) ON CONFLICT (series) DO UPDATE
       SET step = excluded.step, season = excluded.season, model = excluded.model`,
    ),
    reject: db.prepare('INSERT INTO quarantine VALUES (NULL, ?, ?, ?, ?, ?)'),
    pruneRejects: db.prepare('DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?'),
    gap: db.prepare('INSERT INTO gap VALUES (NULL, ?, ?, ?, ?, ?)'),
    pruneGaps: db.prepare('DELETE FROM gap WHERE id <= (SELECT max(id) FROM gap) - ?'),
    meta: db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value'),
  };
}
