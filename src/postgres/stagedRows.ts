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
  readonly #forms: ForecastForm[] = [];

  /** Leaves out what is of a series for which `epochOf` gives none: one that was lost. */
  add(batch: CommitBatch, epochOf: (series: number) => number | undefined): void {
    const isOwn = (series: number): boolean => {
      if (this.epochs.has(series)) return true;
      const epoch = epochOf(series);
      if (epoch !== undefined) this.epochs.set(series, epoch);
      return epoch !== undefined;
    };
    for (const row of batch.readings) if (isOwn(row.series)) this.readings.push(row);
    for (const row of batch.forecasts) if (isOwn(row.series)) this.forecasts.push(this.#packed(row));
    for (const row of batch.series) if (isOwn(row.id)) this.series.set(row.id, row);
    for (const row of batch.snapshots) {
      if (isOwn(row.series)) this.snapshots.set(row.series, { ...row, state: row.state.slice() });
    }
    for (const row of batch.summaries) if (isOwn(row.series)) this.summaries.set(row.series, row);
    for (const row of batch.rejects) this.rejects.push({ ...row, payload: row.payload.slice(0, keptPayloadBytes) });
    this.gaps.push(...batch.gaps);
    this.decisions.push(...batch.decisions);
  }

  /** Leaves these series out. */
  drop(series: ReadonlySet<number>): void {
    this.readings = this.readings.filter((row) => !series.has(row.series));
    this.forecasts = this.forecasts.filter((row) => !series.has(row.series));
    for (const id of series) {
      for (const rows of [this.series, this.snapshots, this.summaries, this.epochs]) rows.delete(id);
    }
  }

  #packed({
    id,
    series,
    tick,
    tMs,
    issuedMs,
    y,
    stepMs,
    model,
    levels,
    values,
    decimals,
    weights,
  }: ForecastRow): PackedRow {
    const { base, scale, k } = packForecast(values, decimals);
    const form = this.#formOf(model, levels, values.length);
    const packedWeights = weights.length > 0 ? packWeights(weights) : null;
    return { id, series, tick, tMs, issuedMs, y, stepMs, base, scale, k, form, weights: packedWeights };
  }

  #formOf(model: string, levels: readonly number[], count: number): ForecastForm {
    for (let i = this.#forms.length - 1; i >= 0; i--) {
      const form = this.#forms[i];
      if (form.model === model && form.count === count && sameNumbers(form.levels, levels)) return form;
    }
    const form = { model, levels, count };
    this.#forms.push(form);
    return form;
  }
}

const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a === b || (a.length === b.length && a.every((value, i) => value === b[i]));
