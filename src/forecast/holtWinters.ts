import { bounded, narrow } from '../series/bounded.js';
import type { SeriesPast } from '../series/seriesPast.js';
import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { Tick } from '../series/types.js';
import type { Forecaster } from './forecaster.js';

/** Smoothing of level α, trend β and season γ: fast and slow series, with and without a season. */
const members: readonly { alpha: number; beta: number; gamma: number }[] = [
  { alpha: 0.05, beta: 0, gamma: 0.1 },
  { alpha: 0.2, beta: 0, gamma: 0.1 },
  { alpha: 0.5, beta: 0.02, gamma: 0.1 },
  { alpha: 0.9, beta: 0.02, gamma: 0.1 }, // the first four have a season
  { alpha: 0.9, beta: 0.2, gamma: 0 },
  { alpha: 0.3, beta: 0, gamma: 0 },
];
const seasonal = members.filter(({ gamma }) => gamma > 0).length;
const damping = 0.9; // φ, a step
const memory = 300; // values the error of a member looks back on
const mostBins = 192; // of a season; a longer one is stored in coarser steps

/**
 * Additive Holt–Winters with damped trend, after Gardner & McKenzie 1985 in error-correction form, e = y − (l + φb + s_j):
 *
 *     l ← l + φb + αe      b ← φb + αβe      s_j ← s_j + γ(1−α)e      ŷ(t+h) = l + (φ + … + φ^h)·b + s_(j+h)
 *
 * Six settings of (α, β, γ) run side by side and the one with the smallest running absolute error answers, so nothing has to be
 * fitted. The season begins as the last whole one seen, less its mean. A missing value moves j and damps the trend.
 */
export class HoltWinters implements Forecaster {
  readonly horizon: number;
  readonly #past: SeriesPast;
  readonly #level = new Float64Array(members.length);
  readonly #trend = new Float64Array(members.length);
  readonly #error = new Float64Array(members.length); // running mean of |e|
  #profiles = new Float32Array(0); // [seasonal members, bins]
  #bins = 0; // 0 while there is no season
  #period = 0;
  #at = 0; // j
  #count = 0;
  #sinceSeason = 0;

  constructor({ horizon, past }: { horizon: number; past: SeriesPast }) {
    this.horizon = horizon;
    this.#past = past;
  }

  learnOne(tick: Tick): void {
    this.#followSeason();
    this.#advance(1 + (tick.missing % 1e9));
    if (Number.isNaN(tick.y)) return;
    if (this.#count === 0 || tick.restart) this.#restart(tick.y);
    this.#count++;
    this.#sinceSeason++;
    const bin = this.#bin(0);
    const weight = 1 / Math.min(this.#count, memory);
    for (let k = 0; k < members.length; k++) {
      const { alpha, beta, gamma } = members[k];
      const s = this.#bins > 0 && k < seasonal ? k * this.#bins + bin : -1;
      const season = s >= 0 ? this.#profiles[s] : 0;
      const e = bounded(tick.y - (this.#level[k] + this.#trend[k] + season));
      this.#error[k] += weight * (Math.abs(e) - this.#error[k]);
      this.#level[k] = bounded(this.#level[k] + this.#trend[k] + alpha * e);
      this.#trend[k] = bounded(this.#trend[k] + alpha * beta * e);
      if (s >= 0) this.#profiles[s] = narrow(season + gamma * (1 - alpha) * e);
    }
    for (let k = 0; k < members.length; k++) this.#trend[k] *= damping; // b as it is one step ahead
  }

  forecast(out: Float64Array, at: number): void {
    if (this.#count === 0) {
      out.fill(this.#past.last, at, at + this.horizon);
      return;
    }
    let best = 0;
    for (let k = 1; k < members.length; k++) if (this.#error[k] < this.#error[best]) best = k;
    let level = this.#level[best];
    let trend = this.#trend[best];
    for (let h = 1; h <= this.horizon; h++, trend *= damping) {
      level += trend;
      const season = this.#bins > 0 && best < seasonal ? this.#profiles[best * this.#bins + this.#bin(h)] : 0;
      out[at + h - 1] = this.#past.plausible(level + season);
    }
  }

  save(writer: SnapshotWriter): void {
    for (const value of [this.#bins, this.#period, this.#at, this.#count, this.#sinceSeason]) writer.f64(value);
    for (const values of [this.#level, this.#trend, this.#error]) writer.f64s(values);
    writer.f32s(this.#profiles);
  }

  load(reader: SnapshotReader): void {
    this.#bins = reader.f64();
    this.#period = reader.f64();
    this.#at = reader.f64();
    this.#count = reader.f64();
    this.#sinceSeason = reader.f64();
    this.#level.set(reader.f64s());
    this.#trend.set(reader.f64s());
    this.#error.set(reader.f64s());
    this.#profiles = reader.f32s() as Float32Array<ArrayBuffer>;
  }

  /** Takes up the season once a whole one was seen, and anew when it changes. */
  #followSeason(): void {
    const { season, count, values, last } = this.#past;
    if (season !== this.#period) {
      this.#period = season;
      this.#bins = 0;
      this.#at = 0;
      this.#sinceSeason = 0;
    }
    if (season < 2 || this.#bins > 0 || count <= season) return;
    this.#bins = Math.min(season, mostBins);
    this.#profiles = new Float32Array(seasonal * this.#bins);
    let mean = 0;
    for (let i = 1; i <= season; i++) mean += values.back(i) / season;
    const counts = new Float64Array(this.#bins);
    for (let i = 1; i <= season; i++) {
      const bin = this.#bin(1 - i); // j still is that of the tick before
      counts[bin]++;
      const share = (values.back(i) - mean - this.#profiles[bin]) / counts[bin];
      this.#profiles[bin] = narrow(this.#profiles[bin] + share);
    }
    for (let k = 1; k < seasonal; k++) this.#profiles.copyWithin(k * this.#bins, 0, this.#bins);
    for (let k = 0; k < members.length; k++) {
      this.#trend[k] = 0;
      if (k < seasonal) this.#level[k] = bounded(mean);
      else if (this.#count === 0) this.#level[k] = last;
    }
  }

  #advance(steps: number): void {
    if (this.#period > 0) this.#at = (this.#at + steps) % this.#period;
    if (steps > 1) for (let k = 0; k < members.length; k++) this.#trend[k] *= damping ** (steps - 1);
  }

  #bin(ahead: number): number {
    const j = (((this.#at + ahead) % this.#period) + this.#period) % this.#period;
    return this.#bins === this.#period ? j : Math.floor((j * this.#bins) / this.#period);
  }

  #restart(y: number): void {
    for (let k = 0; k < members.length; k++) {
      const season = this.#bins > 0 && k < seasonal ? this.#profiles[k * this.#bins + this.#bin(0)] : 0;
      this.#level[k] = y - season;
      this.#trend[k] = 0;
    }
  }
}
