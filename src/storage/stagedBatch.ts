import type { Decision } from '../pipeline/modelVersions.js';
import type {
  CommitBatch,
  ForecastRow,
  Gap,
  ReadingRow,
  Reject,
  SeriesRow,
  SeriesSummary,
  SnapshotRow,
} from '../pipeline/ports.js';
import { GrowingNumbers } from './growingNumbers.js';
import { type CommitBuffers, type CommitRequest, type ForecastForm, forecastWidth, readingWidth } from './protocol.js';

export interface CommitFields {
  readonly sequence: number;
  readonly nowMs: number;
  readonly packetFloor: number | undefined;
}

const keptPayloadBytes = 1024; // of a reject

/**
 * What the next commit will write. Readings and forecasts are copied into plain buffers as they come: thousands wait for one commit, and as
 * objects they would outlive the young generation of the collector and make it work twice.
 */
export class StagedBatch {
  readonly #readings = new GrowingNumbers(); // rows of readingWidth
  readonly #forecasts = new GrowingNumbers(); // rows of forecastWidth, each with its quantiles and weights behind it
  #spare: CommitBuffers[] = [];
  #forms: ForecastForm[] = [];
  #lastTicks = new Map<number, number>();
  #series: SeriesRow[] = [];
  #snapshots: SnapshotRow[] = [];
  #summaries: SeriesSummary[] = [];
  #rejects: Reject[] = [];
  #gaps: Gap[] = [];
  #decisions: Decision[] = [];
  #readingCount = 0;
  #forecastCount = 0;

  add(batch: CommitBatch): void {
    for (const row of batch.readings) this.#addReading(row);
    for (const row of batch.forecasts) this.#addForecast(row);
    this.#readingCount += batch.readings.length;
    this.#forecastCount += batch.forecasts.length;
    this.#series.push(...batch.series);
    for (const row of batch.snapshots) this.#snapshots.push({ ...row, state: row.state.slice() });
    this.#summaries.push(...batch.summaries);
    for (const row of batch.rejects) this.#rejects.push({ ...row, payload: row.payload.slice(0, keptPayloadBytes) });
    this.#gaps.push(...batch.gaps);
    this.#decisions.push(...batch.decisions);
  }

  /** Everything so far as a message to the worker, and the buffers that move there. The next batch begins empty. */
  take(fields: CommitFields): {
    request: CommitRequest;
    transfer: ArrayBuffer[];
    lastTicks: ReadonlyMap<number, number>;
  } {
    const spare = this.#spare.pop();
    const request: CommitRequest = {
      kind: 'commit',
      ...fields,
      readings: this.#readings.handOver(spare?.readings),
      readingCount: this.#readingCount,
      forecasts: this.#forecasts.handOver(spare?.forecasts),
      forecastCount: this.#forecastCount,
      forms: this.#forms,
      series: this.#series,
      snapshots: this.#snapshots,
      summaries: this.#summaries,
      rejects: this.#rejects,
      gaps: this.#gaps,
      decisions: this.#decisions,
    };
    const lastTicks = this.#lastTicks;
    this.#forms = [];
    this.#lastTicks = new Map();
    this.#series = [];
    this.#snapshots = [];
    this.#summaries = [];
    this.#rejects = [];
    this.#gaps = [];
    this.#decisions = [];
    this.#readingCount = this.#forecastCount = 0;
    return { request, transfer: [request.readings.buffer, request.forecasts.buffer], lastTicks };
  }

  /** Buffers that the worker is done with. */
  recycle(buffers: CommitBuffers): void {
    this.#spare = [buffers];
  }

  #addReading({ id, series, tMs, y, flags, packetId }: ReadingRow): void {
    const rows = this.#readings;
    rows.reserve(readingWidth);
    rows.put(id);
    rows.put(series);
    rows.put(tMs);
    rows.put(y);
    rows.put(flags);
    rows.put(packetId);
  }

  #addForecast(row: ForecastRow): void {
    const rows = this.#forecasts;
    rows.reserve(forecastWidth + row.values.length + row.weights.length);
    rows.put(row.id);
    rows.put(row.series);
    rows.put(row.tick);
    rows.put(row.tMs);
    rows.put(row.issuedMs);
    rows.put(row.y);
    rows.put(row.stepMs);
    rows.put(this.#formOf(row));
    rows.put(row.decimals);
    rows.put(row.values.length);
    rows.put(row.weights.length);
    rows.append(row.values);
    rows.append(row.weights);
    this.#lastTicks.set(row.series, row.tick);
  }

  /** Forecasts of one model share its levels: the same array, or an equal one. */
  #formOf({ model, levels }: ForecastRow): number {
    for (let i = this.#forms.length - 1; i >= 0; i--) {
      const form = this.#forms[i];
      if (form.model === model && (form.levels === levels || sameNumbers(form.levels, levels))) return i;
    }
    return this.#forms.push({ model, levels }) - 1;
  }
}

const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);
