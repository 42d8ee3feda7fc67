import { weekPhase } from '../series/calendar.js';
import type { SeriesPast } from '../series/seriesPast.js';
import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { Tick } from '../series/types.js';
import { DirectLeastSquares } from './directLeastSquares.js';
import type { Forecaster } from './forecaster.js';
import { LagWindow } from './lagWindow.js';
import { SeasonalProfile } from './seasonalProfile.js';
import { UnitKeeper } from './unitKeeper.js';

const near = [1, 2, 3, 4, 5, 6, 8, 10, 12];
const aroundSeason = [-2, -1, 0, 1];
let x = new Float64Array(1024); // written before it is read, within one call
let labels = new Float64Array(0); // likewise
const dayMs = 86_400_000;

export interface SeasonalLinearOptions {
  readonly horizon: number;
  readonly past: SeriesPast;
  readonly over: 'season' | 'week';
  readonly gain: number; // γ of the profile
  readonly forgetting?: number;
  readonly clip?: number;
  readonly near?: readonly number[]; // lags
}

/**
 * What the season leaves over is forecast linearly: with P the seasonal profile of the series (SeasonalProfile) and z = y − P,
 *
 *     ŷ(t+h) = P(t+h) + z(t) + s·w_h·x(t)
 *
 * with w_h learned by recursive least squares. x(t): (z(t−k) − z(t))/s for the last few steps and around one and two seasons
 * before, z(t)/s, 1, weekend, Monday. Over the `week` (where there is one) it knows what Saturday noon looks like, over the
 * `season` it learns faster. Persistence until a whole period was seen, and where there is no such period.
 */
export class SeasonalLinear implements Forecaster {
  readonly horizon: number;
  readonly #past: SeriesPast;
  readonly #options: Required<SeasonalLinearOptions>;
  #period = 0;
  #season = 0;
  #reach = 0; // steps: the values kept when this began, whatever has been kept since
  #window: LagWindow | undefined;
  #profile: SeasonalProfile | undefined;
  #squares: DirectLeastSquares | undefined;
  readonly #unit = new UnitKeeper();

  constructor(options: SeasonalLinearOptions) {
    this.horizon = options.horizon;
    this.#past = options.past;
    this.#options = { forgetting: 0.9998, clip: 1.5, near, ...options };
  }

  learnOne({ y, missing, restart }: Tick): void {
    this.#followSeason();
    const profile = this.#profile;
    const squares = this.#squares;
    if (!profile || !squares) return;
    profile.advance(1 + (missing % (7 * profile.period)));
    squares.advance(missing);
    if (restart) squares.drop();
    if (Number.isNaN(y)) {
      squares.pass();
      profile.learn(this.#past);
      return;
    }
    const window = this.#window!;
    const unit = this.#unit;
    if (unit.value > 0) {
      const ratio = unit.follow(this.#past.spread);
      if (ratio !== 1) squares.rescale(ratio, window.lags.length + 1);
      window.fill(this.#past.values, unit.value, profile);
      window.writeLabels(labels);
    }
    profile.learn(this.#past);
    if (!profile.isKnown) {
      squares.pass();
      return;
    }
    if (unit.value === 0) unit.follow(this.#past.spread);
    this.#writeRow();
    squares.step(labels, x, window);
  }

  forecast(out: Float64Array, at: number): void {
    const { last, isMissing, values } = this.#past;
    const isReady = this.#profile?.isKnown && this.#unit.value > 0 && !isMissing;
    if (!isReady) {
      out.fill(last, at, at + this.horizon);
      return;
    }
    const past = this.#past;
    const base = values.anchor + this.#left(0);
    const unit = this.#unit.value;
    this.#profile!.copyAhead(x, this.horizon);
    this.#squares!.answers(out, at);
    for (let i = 0; i < this.horizon; i++) out[at + i] = past.plausible(base + x[i] + unit * out[at + i]);
  }

  save(writer: SnapshotWriter): void {
    writer.f64(this.#period);
    writer.f64(this.#season);
    writer.f64(this.#reach);
    writer.f64(this.#unit.value);
    this.#profile?.save(writer);
    this.#squares?.save(writer);
  }

  load(reader: SnapshotReader): void {
    const period = reader.f64();
    const season = reader.f64();
    this.#begin(period, season, reader.f64());
    this.#unit.value = reader.f64();
    this.#profile?.load(reader);
    this.#squares?.load(reader);
  }

  /** z of the value `back` steps before the newest. */
  #left(back: number): number {
    return this.#past.values.offset(back) - this.#profile!.ahead(-back);
  }

  #writeRow(): void {
    const { tMs, stepMs } = this.#past;
    const unit = this.#unit.value;
    const z = this.#left(0);
    let at = 0;
    for (const lag of this.#window!.lags) {
      const left = this.#left(lag);
      x[at++] = Number.isNaN(left) ? 0 : limited((left - z) / unit);
    }
    x[at++] = limited(z / unit);
    x[at++] = 1;
    const day = stepMs > 0 && stepMs < dayMs ? Math.floor(7 * weekPhase(tMs + stepMs)) : 1;
    x[at++] = day >= 5 ? 1 : 0;
    x[at++] = day === 0 ? 1 : 0;
  }

  #followSeason(): void {
    const { season, week } = this.#past;
    const period = this.#options.over === 'week' ? week : season;
    if (period !== this.#period || season !== this.#season)
      this.#begin(period, season, this.#past.values.capacity - this.horizon);
  }

  #begin(period: number, season: number, reach: number): void {
    const { horizon, gain, forgetting, clip, near } = this.#options;
    this.#period = period;
    this.#season = season;
    this.#reach = reach;
    this.#profile = undefined;
    this.#squares = undefined;
    this.#unit.value = 0;
    if (period < 2) return;
    if (labels.length < horizon) labels = new Float64Array(horizon);
    if (x.length < horizon) x = new Float64Array(horizon);
    const seasonal = [...aroundSeason.map((step) => season + step), 2 * season - 1];
    const lags = [...new Set([...near, ...seasonal.filter((lag) => lag > 0 && lag < reach)])];
    const rebuilt = lags.length;
    this.#window = LagWindow.of(lags, horizon);
    this.#profile = new SeasonalProfile({ period, gain, delay: horizon });
    this.#squares = new DirectLeastSquares({ width: rebuilt + 4, rebuilt, horizon, forgetting, ridge: 1, clip });
  }
}

const limited = (value: number): number => Math.min(1e6, Math.max(-1e6, value));
