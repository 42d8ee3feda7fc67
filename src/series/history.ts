import type { SnapshotReader, SnapshotWriter } from './snapshot.js';

/** The last `capacity` values of a series, NaN where one is missing. `back(0)` is the newest. */
export class History {
  #ring: Float64Array;
  #newest = -1;

  constructor(capacity: number) {
    this.#ring = new Float64Array(capacity).fill(Number.NaN);
  }

  get capacity(): number {
    return this.#ring.length;
  }

  push(y: number): void {
    this.#newest = this.#newest + 1 === this.#ring.length ? 0 : this.#newest + 1;
    this.#ring[this.#newest] = y;
  }

  /** Marks `count` values as missing. O(min(count, capacity)). */
  skip(count: number): void {
    for (let i = Math.min(count, this.#ring.length); i > 0; i--) this.push(Number.NaN);
  }

  /** The value `steps` before the newest; NaN when missing, not yet heard, or beyond the capacity. */
  back(steps: number): number {
    if (steps >= this.#ring.length) return Number.NaN;
    const at = this.#newest - steps;
    return this.#ring[at >= 0 ? at : at + this.#ring.length];
  }

  /** Makes room for at least `capacity` values and keeps those it has. */
  grow(capacity: number): void {
    if (capacity <= this.#ring.length) return;
    const kept = this.#ring.length;
    const grown = new Float64Array(capacity).fill(Number.NaN);
    for (let i = 0; i < kept; i++) grown[kept - 1 - i] = this.back(i);
    this.#ring = grown;
    this.#newest = kept - 1;
  }

  save(writer: SnapshotWriter): void {
    writer.f64(this.#newest);
    writer.f64s(this.#ring);
  }

  load(reader: SnapshotReader): void {
    this.#newest = reader.f64();
    this.#ring = reader.f64s() as Float64Array<ArrayBuffer>;
  }
}
