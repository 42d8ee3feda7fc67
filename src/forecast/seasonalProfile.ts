import type { SeriesPast } from '../series/seriesPast.js';
import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';

const mostBins = 672; // a week of quarter hours; a longer period is stored in coarser steps

/**
 * What a series usually shows at each place of its period: P_b ← P_b + max(γ, 1/n)·(y − P_b), with b the place of y in its nth period. The values
 * of the last `delay` steps have not been taken in yet, so that y − P of a recent value does not contain the value itself.
 */
export class SeasonalProfile {
  readonly period: number; // steps
  readonly #gain: number;
  readonly #delay: number;
  readonly #perBin: number; // steps
  readonly #profile: Float32Array; // less the anchor of the values
  #at = 0; // place of the newest value
  #seen = 0;

  constructor({ period, gain, delay }: { period: number; gain: number; delay: number }) {
    this.period = period;
    this.#gain = gain;
    this.#delay = delay;
    this.#perBin = Math.ceil(period / mostBins);
    this.#profile = new Float32Array(Math.ceil(period / this.#perBin));
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
    const place = this.#place(-this.#delay);
    const period = Math.floor(this.#seen / this.period);
    const within = place % this.#perBin; // in its first period a bin becomes the mean of the values that fall into it
    const gain = period > 0 ? Math.max(this.#gain, 1 / (1 + period)) / this.#perBin : 1 / (1 + within);
    const bin = Math.floor(place / this.#perBin);
    this.#profile[bin] += (this.#seen === 0 ? 1 : gain) * (offset - this.#profile[bin]);
    this.#seen++;
  }

  /** P at the place `steps` after the newest value, as distance from the first value of the series. */
  ahead(steps: number): number {
    return this.#profile[Math.floor(this.#place(steps) / this.#perBin)];
  }

  /** Writes `ahead(1)`, `ahead(2)`, … to out[0…], `count` of them. */
  copyAhead(out: Float64Array, count: number): void {
    const profile = this.#profile;
    const perBin = this.#perBin;
    let place = this.#at;
    const { period } = this;
    for (let i = 0; i < count; i++) {
      place = place + 1 === period ? 0 : place + 1;
      out[i] = profile[perBin === 1 ? place : Math.floor(place / perBin)];
    }
  }

  /** Takes P of the values `back`, `back` + 1, … steps before the newest from out[at…], `count` of them. */
  subtract(out: Float64Array, at: number, back: number, count: number): void {
    const profile = this.#profile;
    const perBin = this.#perBin;
    const last = this.period - 1;
    let place = this.#place(-back);
    for (let i = at; i < at + count; i++) {
      out[i] -= profile[perBin === 1 ? place : Math.floor(place / perBin)];
      place = place === 0 ? last : place - 1;
    }
  }

  save(writer: SnapshotWriter): void {
    writer.f64(this.#at);
    writer.f64(this.#seen);
    writer.f32s(this.#profile);
  }

  load(reader: SnapshotReader): void {
    this.#at = reader.f64();
    this.#seen = reader.f64();
    this.#profile.set(reader.f32s());
  }

  #place(ahead: number): number {
    const place = (this.#at + ahead) % this.period;
    return place < 0 ? place + this.period : place;
  }
}
