import type { SeriesPast } from '../series/seriesPast.js';
import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';

const mostBins = 672; // a week of quarter hours; a longer period is stored in coarser steps

/**
 * What a series usually shows at each place of its period: P_b ← P_b + max(γ, 1/n_b)·(y − P_b), with b the place of y. The values
 * of the last `delay` steps have not been taken in yet, so that y − P of a recent value does not contain the value itself.
 */
export class SeasonalProfile {
  readonly period: number; // steps
  readonly #gain: number;
  readonly #delay: number;
  readonly #profile: Float32Array; // less the anchor of the values
  readonly #counts: Float32Array;
  #at = 0; // place of the newest value
  #seen = 0;

  constructor({ period, gain, delay }: { period: number; gain: number; delay: number }) {
    this.period = period;
    this.#gain = gain;
    this.#delay = delay;
    const bins = Math.min(period, mostBins);
    this.#profile = new Float32Array(bins);
    this.#counts = new Float32Array(bins);
  }

  /** Whether a whole period has been taken in. */
  get isKnown(): boolean {
    return this.#seen >= this.period;
  }

  /** Moves on by `steps`. */
  advance(steps: number): void {
    this.#at = (this.#at + steps) % this.period;
  }

  /** Takes in the value `delay` steps back, if the series is that old. */
  learn({ values }: SeriesPast): void {
    const offset = values.offset(this.#delay);
    if (Number.isNaN(offset)) return;
    const bin = this.#bin(-this.#delay);
    this.#seen = Math.min(this.#seen + 1, this.period);
    const n = Math.min(this.#counts[bin] + 1, 1e6);
    this.#counts[bin] = n;
    this.#profile[bin] += Math.max(this.#gain, 1 / n) * (offset - this.#profile[bin]);
  }

  /** P at the place `steps` after the newest value, as distance from the first value of the series. */
  ahead(steps: number): number {
    return this.#profile[this.#bin(steps)];
  }

  save(writer: SnapshotWriter): void {
    writer.f64(this.#at);
    writer.f64(this.#seen);
    writer.f32s(this.#profile);
    writer.f32s(this.#counts);
  }

  load(reader: SnapshotReader): void {
    this.#at = reader.f64();
    this.#seen = reader.f64();
    this.#profile.set(reader.f32s());
    this.#counts.set(reader.f32s());
  }

  #bin(ahead: number): number {
    let place = (this.#at + ahead) % this.period;
    if (place < 0) place += this.period;
    const bins = this.#profile.length;
    return bins === this.period ? place : Math.floor((place * bins) / this.period);
  }
}
