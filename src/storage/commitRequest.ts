import type { CommitBatch, ForecastRow } from '../pipeline/ports.js';
import type { CommitRequest, ForecastColumns, ForecastForm, ReadingColumns } from './protocol.js';

export interface CommitFields {
  sequence: number;
  nowMs: number;
  packetFloor: number | undefined;
}

/** A batch as a message to the worker, and the buffers that move there. The batch keeps its own. */
export function commitRequest(
  batch: CommitBatch,
  { sequence, nowMs, packetFloor }: CommitFields,
): { request: CommitRequest; transfer: ArrayBuffer[] } {
  const readings = readingColumns(batch.readings);
  const { forecasts, forms } = forecastColumns(batch.forecasts);
  const request: CommitRequest = {
    kind: 'commit',
    sequence,
    nowMs,
    packetFloor,
    readings,
    forecasts,
    forms,
    series: batch.series,
    snapshots: batch.snapshots.map((row) => ({ ...row, state: row.state.slice() })),
    summaries: batch.summaries,
    rejects: batch.rejects.map((row) => ({ ...row, payload: row.payload.slice(0, 1024) })), // not the packet it lies in
    gaps: batch.gaps,
  };
  const arrays: readonly ArrayBufferView[] = [
    ...Object.values(readings),
    ...Object.values(forecasts),
    ...request.snapshots.map(({ state }) => state),
    ...request.rejects.map(({ payload }) => payload),
  ];
  return { request, transfer: arrays.map(({ buffer }) => buffer as ArrayBuffer) };
}

function readingColumns(rows: CommitBatch['readings']): ReadingColumns {
  const n = rows.length;
  const columns: ReadingColumns = {
    id: new Float64Array(n),
    series: new Int32Array(n),
    tMs: new Float64Array(n),
    y: new Float64Array(n),
    flags: new Uint8Array(n),
    packetId: new Int32Array(n),
  };
  for (let i = 0; i < n; i++) {
    const { id, series, tMs, y, flags, packetId } = rows[i];
    columns.id[i] = id;
    columns.series[i] = series;
    columns.tMs[i] = tMs;
    columns.y[i] = y;
    columns.flags[i] = flags;
    columns.packetId[i] = packetId;
  }
  return columns;
}

function forecastColumns(rows: readonly ForecastRow[]): { forecasts: ForecastColumns; forms: ForecastForm[] } {
  const n = rows.length;
  const columns: ForecastColumns = {
    id: new Float64Array(n),
    series: new Int32Array(n),
    tick: new Float64Array(n),
    tMs: new Float64Array(n),
    issuedMs: new Float64Array(n),
    y: new Float64Array(n),
    stepMs: new Float64Array(n),
    form: new Uint16Array(n),
    end: new Uint32Array(n),
    text: new Uint8Array(rows.reduce((sum, { json }) => sum + json.length, 0)),
  };
  const forms: ForecastForm[] = [];
  let end = 0;
  for (let i = 0; i < n; i++) {
    const { id, series, tick, tMs, issuedMs, y, stepMs, json } = rows[i];
    columns.id[i] = id;
    columns.series[i] = series;
    columns.tick[i] = tick;
    columns.tMs[i] = tMs;
    columns.issuedMs[i] = issuedMs;
    columns.y[i] = y;
    columns.stepMs[i] = stepMs;
    columns.form[i] = formOf(rows[i], forms);
    columns.text.set(json, end);
    columns.end[i] = end += json.length;
  }
  return { forecasts: columns, forms };
}

/** Forecasts of one model share its levels: the same array, or an equal one. */
function formOf({ model, levels }: ForecastRow, forms: ForecastForm[]): number {
  for (let i = forms.length - 1; i >= 0; i--) {
    const form = forms[i];
    if (form.model !== model) continue;
    if (
      form.levels === levels ||
      (form.levels.length === levels.length && form.levels.every((l, j) => l === levels[j]))
    ) {
      return i;
    }
  }
  return forms.push({ model, levels }) - 1;
}
