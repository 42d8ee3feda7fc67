import type { SeriesPast } from '../series/seriesPast.js';
import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { Tick } from '../series/types.js';
import { DirectLeastSquares } from './directLeastSquares.js';
import type { Forecaster } from './forecaster.js';
import { LinearRow } from './linearRow.js';
import { UnitKeeper } from './unitKeeper.js';

const x = new Float64Array(1024); // written before it is read, within one call
let labels = new Float64Array(0); // likewise
const warmup = 16; // values before the first row: until then there is no unit

export interface LinearOptions {
  readonly horizon: number;
  readonly past: SeriesPast;
  readonly lags?: number;
  readonly averages?: readonly number[];
  readonly forgetting?: number;
  readonly ridge?: number;
  readonly clip?: number;
}

/**
 * Linear autoregression, learned by recursive least squares (DirectLeastSquares) on the regressors of LinearRow:
 *
 *     ŷ(t+h) = y(t) + s·w_h·x(t)
 *
 * It starts as persistence. When the season or the step of the series changes, the regressors change and it starts anew.
 */
export class Linear implements Forecaster {
  readonly horizon: number;
  readonly #options: Required<Omit<LinearOptions, 'horizon' | 'past'>> & { horizon: number };
  readonly #past: SeriesPast;
  readonly #averages: Float64Array;
  #row: LinearRow | undefined;
  #squares: DirectLeastSquares | undefined;
  readonly #unit = new UnitKeeper();

  constructor({
    horizon,
    past,
    lags = 6,
    averages = [48, 400],
    forgetting = 0.9998,
    ridge = 1,
    clip = 10,
  }: LinearOptions) {
    this.horizon = horizon;
    this.#past = past;
    this.#options = { horizon, lags, averages, forgetting, ridge, clip };
    this.#averages = new Float64Array(averages.length);
  }

  learnOne({ y, missing, restart }: Tick): void {
    const squares = this.#squares;
    squares?.advance(missing);
    if (restart) squares?.drop();
    if (Number.isNaN(y)) {
      squares?.pass();
      return;
    }
    this.#learnAverages(y);
    if (this.#past.count < warmup) return;
    const ratio = this.#unit.follow(this.#past.spread);
    if (ratio !== 1) squares?.rescale(ratio, this.#row!.fixedFrom);
    this.#followSeason();
    const { window } = this.#row!;
    window.fill(this.#past.values, this.#unit.value);
    window.writeLabels(labels);
    this.#row!.write(x, this.#past, this.#averages, this.#unit.value);
    this.#squares!.step(labels, x, window);
  }

  forecast(out: Float64Array, at: number): void {
    const { last, isMissing } = this.#past;
    const squares = this.#squares;
    if (!squares || isMissing) {
      out.fill(last, at, at + this.horizon);
      return;
    }
    const unit = this.#unit.value;
    squares.answers(out, at);
    for (let i = at; i < at + this.horizon; i++) out[i] = this.#past.plausible(last + unit * out[i]);
  }

  save(writer: SnapshotWriter): void {
    writer.f64(this.#unit.value);
    writer.f64s(this.#averages);
    writer.f64(this.#row?.width ?? 0);
    this.#squares?.save(writer);
  }

  /** Call after the past was loaded. */
  load(reader: SnapshotReader): void {
    this.#unit.value = reader.f64();
    this.#averages.set(reader.f64s());
    const width = reader.f64();
    this.#row = undefined;
    this.#squares = undefined;
    if (width === 0) return;
    this.#begin(new LinearRow(this.#options, this.#past));
    if (width !== this.#row!.width) throw new RangeError(`Linear: ${width} regressors, expected ${this.#row!.width}`);
    this.#squares!.load(reader);
  }

  #learnAverages(y: number): void {
    const { count } = this.#past;
    for (let i = 0; i < this.#averages.length; i++) {
      const weight = Math.max(1 / count, 2 / (this.#options.averages[i] + 1));
      this.#averages[i] += weight * (y - this.#averages[i]);
    }
  }

  #followSeason(): void {
    if (!this.#row?.fits(this.#past)) this.#begin(new LinearRow(this.#options, this.#past));
  }

  #begin(row: LinearRow): void {
    this.#row = row;
    if (labels.length < this.horizon) labels = new Float64Array(this.horizon);
    this.#squares = new DirectLeastSquares({
      ...this.#options,
      width: row.width,
      rebuilt: row.window.lags.length,
    });
  }
}
