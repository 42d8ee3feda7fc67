import { type PackedForecast, packForecast } from '../forecast/packForecast.js';
import { packWeights } from '../forecast/packWeights.js';
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

const keptPayloadBytes = 1024; // of a reject

export interface PackedRow
  extends Pick<ForecastRow, 'id' | 'series' | 'tick' | 'tMs' | 'issuedMs' | 'y' | 'stepMs'>,
    PackedForecast {
  readonly form: ForecastForm;
  readonly weights: string | null;
}

/** What many forecasts have in common. */
export interface ForecastForm {
  readonly model: string; // NAME@VERSION
  readonly levels: readonly number[];
  readonly count: number; // quantiles
}

/** What the next commit will write. */
export class StagedRows {
  /** Of the series in it, the epoch under which this process had them when it was staged. */
  readonly epochs = new Map<number, number>();
  /** Series that were lost meanwhile: where another owns them by now, the rest is written without them. */
  readonly lost = new Set<number>();
  readonly series = new Map<number, SeriesRow>();
  readonly snapshots = new Map<number, SnapshotRow>();
  readonly summaries = new Map<number, SeriesSummary>();
  readonly rejects: Reject[] = [];
  readonly gaps: Gap[] = [];
  readonly decisions: Decision[] = [];
  readings: ReadingRow[] = [];
  forecasts: PackedRow[] = [];

  add(batch: CommitBatch, epochOf: (series: number) => number): void {
    for (const row of batch.readings) this.readings.push(row);
    for (const row of batch.forecasts) this.forecasts.push(packed(row));
    for (const row of batch.series) this.series.set(row.id, row);
    for (const row of batch.snapshots) this.snapshots.set(row.series, { ...row, state: row.state.slice() });
    for (const row of batch.summaries) this.summaries.set(row.series, row);
    for (const row of batch.rejects) this.rejects.push({ ...row, payload: row.payload.slice(0, keptPayloadBytes) });
    this.gaps.push(...batch.gaps);
    this.decisions.push(...batch.decisions);
    for (const rows of [batch.readings, batch.forecasts, batch.snapshots, batch.summaries]) {
      for (const { series } of rows) if (!this.epochs.has(series)) this.epochs.set(series, epochOf(series));
    }
    for (const { id } of batch.series) this.epochs.set(id, epochOf(id));
  }

  /** Leaves these series out. */
  drop(series: ReadonlySet<number>): void {
    this.readings = this.readings.filter((row) => !series.has(row.series));
    this.forecasts = this.forecasts.filter((row) => !series.has(row.series));
    for (const id of series) {
      for (const rows of [this.series, this.snapshots, this.summaries, this.epochs]) rows.delete(id);
    }
  }
}

function packed(row: ForecastRow): PackedRow {
  const { id, series, tick, tMs, issuedMs, y, stepMs, model, levels, values, weights } = row;
  return {
    ...{ id, series, tick, tMs, issuedMs, y, stepMs },
    ...packForecast(values, row.decimals),
    form: { model, levels, count: values.length },
    weights: weights.length > 0 ? packWeights(weights) : null,
  };
}
