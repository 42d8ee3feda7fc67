import { narrow } from './bounded.js';
import type { SnapshotReader, SnapshotWriter } from './snapshot.js';

/**
 * The last `capacity` values of a series as float32 distances from its first: half the memory of float64, and exact to 1e-7 of
 * how far the series wanders, however large its values are. `back(0)` is the newest.
 */
export class RecentValues {
  #ring: Float32Array;
  #newest = -1;
  #anchor = Number.NaN;

  constructor(capacity: number) {
    this.#ring = new Float32Array(capacity).fill(Number.NaN);
  }

  get capacity(): number {
    return this.#ring.length;
  }

  /** The first value, from which the others are kept as distances; NaN before it. */
  get anchor(): number {
    return this.#anchor;
  }

  push(y: number): void {
    if (Number.isNaN(this.#anchor)) this.#anchor = y;
    this.#newest = this.#newest + 1 === this.#ring.length ? 0 : this.#newest + 1;
    this.#ring[this.#newest] = narrow(y - this.#anchor);
  }

  /** The value `steps` before the newest; NaN when not yet heard or beyond the capacity. */
  back(steps: number): number {
    return this.#anchor + this.offset(steps);
  }

  /** `back(steps)` as distance from the first value. */
  offset(steps: number): number {
    if (!(steps < this.#ring.length)) return Number.NaN;
    const at = this.#newest - steps;
    return this.#ring[at >= 0 ? at : at + this.#ring.length];
  }

  /** Writes offset(from), offset(from + 1), … to out[at…], `count` of them. */
  copy(out: Float64Array, at: number, from: number, count: number): void {
    const ring = this.#ring;
    const end = at + count;
    const known = Math.min(end, at + Math.max(0, ring.length - from));
    const newest = this.#newest - from;
    let i = at;
    for (let place = newest; i < known && place >= 0; i++, place--) out[i] = ring[place];
    for (let place = newest + ring.length - (i - at); i < known; i++, place--) out[i] = ring[place];
    for (; i < end; i++) out[i] = Number.NaN;
  }

  /** Makes room for at least `capacity` values and keeps those it has. */
  grow(capacity: number): void {
    const kept = this.#ring.length;
    if (capacity <= kept) return;
    const grown = new Float32Array(capacity).fill(Number.NaN);
    for (let i = 0; i < kept; i++) grown[kept - 1 - i] = this.offset(i);
    this.#ring = grown;
    this.#newest = kept - 1;
  }

  save(writer: SnapshotWriter): void {
    writer.f64(this.#newest);
    writer.f64(this.#anchor);
    writer.f32s(this.#ring);
  }

  load(reader: SnapshotReader): void {
    this.#newest = reader.f64();
    this.#anchor = reader.f64();
    this.#ring = reader.f32s() as Float32Array<ArrayBuffer>;
  }
}
