import { SeriesPast } from '../series/seriesPast.js';
import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { Tick } from '../series/types.js';
import { Blend } from './blend.js';
import { Calibration } from './calibration.js';
import type { Forecaster } from './forecaster.js';
import { HoltWinters } from './holtWinters.js';
import { Linear } from './linear.js';
import { Persistence } from './persistence.js';
import { SeasonalLinear } from './seasonalLinear.js';
import { SeasonalNaive } from './seasonalNaive.js';

/** In the order of their weights. */
export const expertNames = [
  'persistence',
  'seasonal',
  'holtwinters',
  'linear',
  'season-linear',
  'week-linear',
] as const;
export type ExpertName = (typeof expertNames)[number];

const softness = 2; // of the blend's loss, in usual errors

export interface SeriesForecasterOptions {
  readonly horizon: number; // steps
  readonly levels: readonly number[]; // ascending, within (0, 1)
  readonly season: number; // steps, 0 = found
}

/**
 * One series: experts → blend → calibration. `learnOne` scores what waited for the value, teaches every part, and issues the
 * forecast that `forecast` reads: quantiles around the blend.
 *
 * The blend's loss is Huber's at two usual errors; for a series that stands still in a share s of its steps it is softened by
 * 1 − 2s at most to the absolute loss, whose best answer for a value that mostly stays is that it stays.
 */
export class SeriesForecaster {
  readonly horizon: number;
  readonly levels: readonly number[];
  readonly past: SeriesPast;
  readonly #experts: Readonly<Record<ExpertName, Forecaster>>;
  readonly #blend: Blend;
  readonly #calibration: Calibration;
  readonly #point: Float64Array; // [horizon]
  readonly #quantiles: Float64Array; // [horizon, levels]
  readonly #forecasts: Float64Array; // [experts, horizon]

  constructor({ horizon, levels, season }: SeriesForecasterOptions) {
    const past = new SeriesPast({ season, lags: Math.max(horizon, 48) });
    const shared = { horizon, past };
    this.horizon = horizon;
    this.levels = levels;
    this.past = past;
    this.#experts = {
      persistence: new Persistence(shared),
      seasonal: new SeasonalNaive(shared),
      holtwinters: new HoltWinters(shared),
      linear: new Linear(shared),
      'season-linear': new SeasonalLinear({ ...shared, over: 'season', gain: 0.05 }),
      'week-linear': new SeasonalLinear({ ...shared, over: 'week', gain: 0.1 }),
    };
    this.#blend = new Blend({ experts: expertNames.length, horizon });
    this.#calibration = new Calibration({ horizon, levels, past });
    this.#point = new Float64Array(horizon).fill(Number.NaN);
    this.#quantiles = new Float64Array(horizon * levels.length).fill(Number.NaN);
    this.#forecasts = new Float64Array(expertNames.length * horizon).fill(Number.NaN);
  }

  learnOne(tick: Tick): void {
    const { past } = this;
    past.learnOne(tick);
    if (tick.restart) {
      this.#blend.drop();
      this.#calibration.drop();
    }
    this.#blend.learn(tick.y, past.values.anchor, tick.missing, softness * Math.max(0, 1 - 2 * past.stillness));
    this.#calibration.learn(tick.y, tick.missing);
    for (let e = 0; e < expertNames.length; e++) {
      const expert = this.#experts[expertNames[e]];
      expert.learnOne(tick);
      expert.forecast(this.#forecasts, e * this.horizon);
    }
    this.#blend.mix(this.#forecasts, this.#point, 0);
    this.#calibration.spread(this.#point, this.#quantiles);
    if (Number.isNaN(tick.y)) return;
    this.#blend.issue(this.#forecasts, past.values.anchor);
    this.#calibration.issue(this.#point, this.#quantiles);
  }

  /** The quantiles from the last tick, `out[(h−1)·levels + l]`, in the unit of the series. Finite once a value was seen. */
  forecast(out: Float64Array): void {
    out.set(this.#quantiles);
  }

  /** The blend from the last tick, `out[at + h − 1]`. */
  point(out: Float64Array, at: number): void {
    out.set(this.#point, at);
  }

  /** What one expert says from the last tick, `out[at + h − 1]`. */
  expert(name: ExpertName, out: Float64Array, at: number): void {
    this.#experts[name].forecast(out, at);
  }

  /** The weight of an expert in the blend at horizon step h, 0…1. */
  weight(name: ExpertName, h: number): number {
    return this.#blend.weight(expertNames.indexOf(name), h);
  }

  /** How many forecasts h steps ahead were scored, and the share of values within the outermost levels. */
  coverage(h: number): { readonly count: number; readonly share: number } {
    return this.#calibration.coverage(h);
  }

  save(writer: SnapshotWriter): void {
    this.past.save(writer);
    for (const name of expertNames) this.#experts[name].save(writer);
    this.#blend.save(writer);
    this.#calibration.save(writer);
    for (const values of [this.#point, this.#quantiles]) writer.f64s(values);
  }

  load(reader: SnapshotReader): void {
    this.past.load(reader);
    for (const name of expertNames) this.#experts[name].load(reader);
    this.#blend.load(reader);
    this.#calibration.load(reader);
    for (const values of [this.#point, this.#quantiles]) values.set(reader.f64s());
  }
}
