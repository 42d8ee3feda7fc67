import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';

const memory = 1000; // ticks the running means look back on

/** Running mean m and standard deviation s of a covariate at the ticks of the series that looks at it, the nth with weight max(1/n, 1/1000). */
export class CovariateScale {
  #count = 0;
  #mean = 0;
  #variance = 0;

  /** Takes in the value of a tick; NaN tells nothing. */
  learn(value: number): void {
    if (Number.isNaN(value)) return;
    const weight = 1 / Math.min(++this.#count, memory);
    const delta = value - this.#mean;
    this.#mean += weight * delta;
    const square = Math.min(delta * (value - this.#mean), Number.MAX_VALUE); // beyond 1e154 a square is infinite
    this.#variance += weight * (square - this.#variance);
  }

  /** (value − m) / s; 0 for NaN. */
  scaled(value: number): number {
    return this.inUnits(value - this.#mean);
  }

  /** difference / s; 0 for NaN. */
  inUnits(difference: number): number {
    return Number.isNaN(difference) ? 0 : difference / Math.max(Math.sqrt(this.#variance), this.#floor());
  }

  save(writer: SnapshotWriter): void {
    for (const value of [this.#count, this.#mean, this.#variance]) writer.f64(value);
  }

  load(reader: SnapshotReader): void {
    this.#count = reader.f64();
    this.#mean = reader.f64();
    this.#variance = reader.f64();
  }

  #floor(): number {
    return 1e-9 + 1e-6 * Math.abs(this.#mean);
  }
}
