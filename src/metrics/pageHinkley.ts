import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';

export interface PageHinkleyOptions {
  readonly warmup?: number; // values before it may tell
  readonly delta?: number; // drift of the mean that is put up with
  readonly threshold?: number; // λ
  readonly alpha?: number; // forgetting of the sum
}

/** Of errors in units of their usual size: 25 of them more than usual, on the whole. */
export const sharpRise: PageHinkleyOptions = { delta: 0.25, threshold: 25 };

/**
 * The Page–Hinkley test for a mean that rises (Page 1954), with forgetting: with m the mean of the values so far,
 *
 *     S ← max(0, αS + x − m − δ)      it has changed when S ≥ λ
 *
 * It begins anew after it has told. δ and λ are in the unit of x. O(1) a value.
 */
export class PageHinkley {
  readonly #options: Required<PageHinkleyOptions>;
  #count = 0;
  #mean = 0;
  #sum = 0;

  constructor({ warmup = 30, delta = 0.005, threshold = 50, alpha = 1 - 1e-4 }: PageHinkleyOptions = {}) {
    this.#options = { warmup, delta, threshold, alpha };
  }

  /** Whether the mean has risen, as this value shows. */
  add(x: number): boolean {
    const { warmup, delta, threshold, alpha } = this.#options;
    this.#count++;
    this.#mean += (x - this.#mean) / this.#count;
    this.#sum = Math.max(0, alpha * this.#sum + x - this.#mean - delta);
    const hasChanged = this.#count + 1 >= warmup && this.#sum >= threshold;
    if (hasChanged) this.reset();
    return hasChanged;
  }

  reset(): void {
    this.#count = 0;
    this.#mean = 0;
    this.#sum = 0;
  }

  save(writer: SnapshotWriter): void {
    for (const value of [this.#count, this.#mean, this.#sum]) writer.f64(value);
  }

  load(reader: SnapshotReader): void {
    this.#count = reader.f64();
    this.#mean = reader.f64();
    this.#sum = reader.f64();
  }
}
