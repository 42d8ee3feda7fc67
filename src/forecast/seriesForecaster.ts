import { SeriesPast } from '../series/seriesPast.js';
import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { Covariate, Tick } from '../series/types.js';
import { Blend } from './blend.js';
import { Calibration } from './calibration.js';
import { CovariateExpert } from './covariateExpert.js';
import { type ExpertName, expertNames } from './expertNames.js';
import type { ExpertView } from './expertView.js';
import type { Forecaster } from './forecaster.js';
import { HoltWinters } from './holtWinters.js';
import { Linear } from './linear.js';
import { Persistence } from './persistence.js';
import type { RecurrentForecaster } from './recurrentForecaster.js';
import { Renewal } from './renewal.js';
import { SeasonalLinear } from './seasonalLinear.js';
import { SeasonalNaive } from './seasonalNaive.js';
import type { StepBuffers } from './stepper.js';

/** Of the two mixtures: the absolute loss, whose best answer is the median, and nearly the squared one, whose best is the mean. */
const softness = [0, 3];
/**
 * Of the second blend. Its answers lie so close together that with the first one's memory and clip its mean prefers by chance, which cost 1 % of the
 * squared error on ETTh1.
 */
const second = { softness: [0, 10], discounts: [0.9995, 0.9998] };
const median = 0; // place of each
const mean = 1;
const inherited = 0.05; // share of the record of a network that its successor is given
const keptOnRenewal = 0.2; // share of the record of the experts

/** In the order of expertNames. Persistence and the seasonal one learn nothing. */
interface Experts extends Readonly<Record<ExpertName, Forecaster>> {
  readonly persistence: Persistence;
  readonly seasonal: SeasonalNaive;
  readonly holtwinters: HoltWinters;
  readonly linear: Linear;
  readonly 'season-linear': SeasonalLinear;
  'week-linear': SeasonalLinear;
}

export interface SeriesForecasterOptions {
  readonly horizon: number; // steps
  readonly levels: readonly number[]; // ascending, within (0, 1)
  readonly season: number; // steps, 0 = found
  readonly covariates?: readonly Covariate[]; // told of with each tick
  readonly renews?: boolean; // whether an expert begins anew after a drift; true when left out
  readonly network?: RecurrentForecaster; // stepped outside, in a batch: `prepare` and `accept`, in place of `learnOne`
}

/**
 * One series: experts → blend → calibration. `learnOne` scores what waited for the value, teaches every part, and issues the
 * forecast that `forecast` reads: quantiles around the blend's median. `mean` reads the blend that aims at the squared error instead.
 *
 * A network is one expert more, in a second blend beside what the first made of the others: so it earns its weight against the
 * best that is known without it. Beyond its own horizon it says what they say. So does, where the series looks at others, what these say
 * about the errors of the first blend.
 */
export class SeriesForecaster implements ExpertView {
  readonly horizon: number;
  readonly levels: readonly number[];
  readonly past: SeriesPast;
  readonly #experts: Experts;
  readonly #renewal: Renewal<SeasonalLinear> | undefined;
  readonly #blend: Blend;
  readonly #calibration: Calibration;
  readonly #points: Float64Array; // [mixtures, horizon]
  readonly #quantiles: Float64Array; // [horizon, levels]
  #network: RecurrentForecaster | undefined;
  readonly #covariates: CovariateExpert | undefined;
  readonly #second: Blend | undefined; // of the mixtures, the network and the covariates
  readonly #base: Float64Array; // [horizon], the first blend's median
  #lastError = Number.NaN;

  constructor({ horizon, levels, season, covariates, renews = true, network }: SeriesForecasterOptions) {
    const past = new SeriesPast({ season, lags: Math.max(horizon, 48), behind: horizon });
    const shared = { horizon, past };
    this.horizon = horizon;
    this.levels = levels;
    this.past = past;
    const weekLinear = (): SeasonalLinear => new SeasonalLinear({ ...shared, over: 'week', gain: 0.2 });
    this.#experts = {
      persistence: new Persistence(shared),
      seasonal: new SeasonalNaive(shared),
      holtwinters: new HoltWinters(shared),
      linear: new Linear(shared),
      'season-linear': new SeasonalLinear({ ...shared, over: 'season', gain: 0.05 }),
      'week-linear': weekLinear(),
    };
    this.#renewal = renews ? new Renewal({ past, begin: weekLinear }) : undefined;
    this.#blend = new Blend({ experts: expertNames.length, horizon, softness });
    this.#calibration = new Calibration({ horizon, levels, past });
    this.#points = new Float64Array(softness.length * horizon).fill(Number.NaN);
    this.#quantiles = new Float64Array(horizon * levels.length).fill(Number.NaN);
    this.#network = network;
    this.#covariates = covariates && new CovariateExpert({ horizon, past, covariates });
    const beside = (network ? 1 : 0) + (covariates ? 1 : 0);
    this.#second = beside > 0 ? new Blend({ experts: softness.length + beside, horizon, ...second }) : undefined;
    this.#base = new Float64Array(horizon).fill(Number.NaN);
  }

  learnOne(tick: Tick): void {
    this.#learn(tick);
    if (this.#covariates && !this.#network) this.#mixAgain(this.#candidates());
    this.#settle();
  }

  /** Learns from a tick, and writes row `row` of the batch that the network is to be stepped in. */
  prepare(tick: Tick, batch: StepBuffers, row: number): void {
    this.#learn(tick);
    this.#network!.prepare(tick, batch, row, this);
  }

  /** Takes the network's answer and state from row `row` and issues the forecast. */
  accept(batch: StepBuffers, row: number): void {
    const { horizon } = this;
    const network = this.#network!;
    network.accept(batch, row);
    const candidates = this.#candidates();
    const steps = Math.min(horizon, network.model.metadata.horizon);
    network.median(batch, row, steps, candidates, softness.length * horizon, this);
    this.#mixAgain(candidates);
    this.#settle();
  }

  /**
   * Another network from the next tick on; experts, blends and calibration go on. It has the weights of the one before, and keeps them only
   * if it earns them: the second blend goes by what it hears from now on. @throws {RangeError} where there was none.
   */
  replaceNetwork(network: RecurrentForecaster): void {
    if (!this.#network) throw new RangeError('SeriesForecaster: there is no network to replace');
    this.#network = network;
    this.#second!.fade(inherited);
  }

  get lastError(): number {
    return this.#lastError;
  }

  /** The first blend's median, without the network. */
  base(h: number): number {
    return this.#base[h - 1];
  }

  baseUnit(h: number): number {
    let known = h;
    let size = this.#blend.size(median, h);
    while (size === 0 && --known > 0) size = this.#blend.size(median, known);
    if (known === 0) size = this.past.firstChange;
    const longer = known === h ? 1 : Math.sqrt(h / Math.max(1, known));
    return Math.max(size * longer, 1e-3 * this.past.change);
  }

  /** The quantiles from the last tick, `out[(h−1)·levels + l]`, in the unit of the series, as many as fit. Finite once a value was seen. */
  forecast(out: Float64Array): void {
    out.set(this.#quantiles.subarray(0, out.length));
  }

  /** The blend from the last tick that aims at the median, `out[at + h − 1]`: the quantiles lie around it. */
  median(out: Float64Array, at: number): void {
    for (let i = 0; i < this.horizon; i++) out[at + i] = this.#points[median * this.horizon + i];
  }

  /** The blend from the last tick that aims at the mean, `out[at + h − 1]`: the one to judge by squared error. */
  mean(out: Float64Array, at: number): void {
    for (let i = 0; i < this.horizon; i++) out[at + i] = this.#points[mean * this.horizon + i];
  }

  /** What the first blend says from the last tick, without the network, `out[at + h − 1]`. */
  withoutNetwork(aim: 'median' | 'mean', out: Float64Array, at: number): void {
    this.#blend.mix(this.#ask(), aim === 'median' ? median : mean, out, at);
  }

  /** What one expert says from the last tick, `out[at + h − 1]`. */
  expert(name: ExpertName, out: Float64Array, at: number): void {
    this.#experts[name].forecast(out, at);
  }

  /**
   * What each of `weighedNames` has in the published median at horizon step h, 0…1, to out[at…]; they sum to 1. The network stands beside
   * the two mixtures of the experts, as do the covariates: theirs is their share of both.
   */
  weights(h: number, out: Float64Array, at: number): void {
    const experts = expertNames.length;
    const [network, covariates] = [at + experts, at + experts + 1];
    this.#blend.weights(median, h, out, at);
    out[network] = 0;
    out[covariates] = 0;
    if (!this.#second) return;
    const byMean = scratchOf(experts + this.#second.experts);
    this.#blend.weights(mean, h, byMean, 0);
    this.#second.weights(median, h, byMean, experts);
    const ofMean = byMean[experts + mean];
    const ofNetwork = this.#network ? byMean[experts + softness.length] : 0;
    const speaks = h <= (this.#network?.model.metadata.horizon ?? 0); // beyond it, it says what the first mixture says
    const ofMedian = byMean[experts + median] + (speaks ? 0 : ofNetwork);
    if (speaks) out[network] = ofNetwork;
    if (this.#covariates) out[covariates] = byMean[experts + this.#second.experts - 1];
    for (let e = 0; e < experts; e++) out[at + e] = ofMedian * out[at + e] + ofMean * byMean[e];
  }

  /** How many forecasts h steps ahead were scored, and the share of values within the outermost levels. */
  coverage(h: number): { readonly count: number; readonly share: number } {
    return this.#calibration.coverage(h);
  }

  save(writer: SnapshotWriter): void {
    this.past.save(writer);
    for (const name of expertNames) this.#experts[name].save(writer);
    this.#renewal?.save(writer);
    this.#blend.save(writer);
    this.#second?.save(writer);
    this.#network?.save(writer);
    this.#covariates?.save(writer);
    this.#calibration.save(writer);
    writer.f64(this.#lastError);
    for (const values of [this.#points, this.#base]) writer.f64s(values);
  }

  load(reader: SnapshotReader): void {
    this.past.load(reader);
    for (const name of expertNames) this.#experts[name].load(reader);
    this.#renewal?.load(reader);
    this.#blend.load(reader);
    this.#second?.load(reader);
    this.#network?.load(reader);
    this.#covariates?.load(reader);
    this.#calibration.load(reader);
    this.#lastError = reader.f64();
    for (const values of [this.#points, this.#base]) values.set(reader.f64s());
    this.#calibration.spread(this.#points, this.#quantiles);
  }

  #learn(tick: Tick): void {
    const { past } = this;
    past.learnOne(tick);
    if (tick.restart) {
      this.#blend.drop();
      this.#second?.drop();
      this.#calibration.drop();
    }
    this.#lastError = tick.restart || tick.missing > 0 ? Number.NaN : (tick.y - this.#base[0]) / this.baseUnit(1);
    this.#blend.learn(tick.y, past.values.anchor, tick.missing);
    this.#second?.learn(tick.y, past.values.anchor, tick.missing);
    this.#calibration.learn(tick.y, tick.missing);
    const { holtwinters, linear, 'season-linear': seasonLinear, 'week-linear': weekLinear } = this.#experts;
    holtwinters.learnOne(tick); // by name: a loop would have to find the method of each
    linear.learnOne(tick);
    seasonLinear.learnOne(tick);
    weekLinear.learnOne(tick);
    if (this.#renewal) this.#renew(tick, this.#renewal);
    const forecasts = this.#ask();
    for (const m of [median, mean]) this.#blend.mix(forecasts, m, this.#points, m * this.horizon);
    for (let i = 0; i < this.horizon; i++) this.#base[i] = this.#points[median * this.horizon + i];
    if (!past.isMissing) this.#blend.issue(forecasts, past.values.anchor, this.#points);
    this.#covariates?.learnOne(tick, this.#base);
  }

  /** What the blend holds of an expert says little of the one that takes its place. */
  #renew(tick: Tick, renewal: Renewal<SeasonalLinear>): void {
    const before = this.#experts['week-linear'];
    const now = renewal.learnOne(tick, before, { error: this.#lastError, unit: this.baseUnit(1) });
    if (now === before) return;
    this.#experts['week-linear'] = now;
    this.#blend.fade(keptOnRenewal);
  }

  /** What the second blend mixes [its experts, horizon], in the scratch: where the network has not spoken, the first mixture. */
  #candidates(): Float64Array {
    const { horizon } = this;
    const { experts } = this.#second!;
    const candidates = scratchOf(experts * horizon);
    candidates.set(this.#points);
    for (let i = 0; i < horizon; i++) candidates[softness.length * horizon + i] = this.#points[median * horizon + i];
    this.#covariates?.forecast(candidates, (experts - 1) * horizon);
    return candidates;
  }

  #mixAgain(candidates: Float64Array): void {
    for (const m of [median, mean]) this.#second!.mix(candidates, m, this.#points, m * this.horizon);
    if (!this.past.isMissing) this.#second!.issue(candidates, this.past.values.anchor, this.#points);
  }

  /** What the experts say now [experts, horizon], in the scratch. */
  #ask(): Float64Array {
    const { horizon } = this;
    const forecasts = scratchOf(expertNames.length * horizon);
    const experts = this.#experts;
    experts.persistence.forecast(forecasts, 0);
    experts.seasonal.forecast(forecasts, horizon);
    experts.holtwinters.forecast(forecasts, 2 * horizon);
    experts.linear.forecast(forecasts, 3 * horizon);
    experts['season-linear'].forecast(forecasts, 4 * horizon);
    experts['week-linear'].forecast(forecasts, 5 * horizon);
    return forecasts;
  }

  #settle(): void {
    this.#calibration.spread(this.#points, this.#quantiles);
    if (!this.past.isMissing) this.#calibration.issue(this.#points, this.#quantiles);
  }
}

let scratch = new Float64Array(0); // written before it is read, within one call

function scratchOf(count: number): Float64Array {
  if (scratch.length < count) scratch = new Float64Array(count);
  return scratch;
}
