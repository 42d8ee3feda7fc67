/** Readings of a covariate that are looked among, by when it is known. */
export const heldReadings = { past: 64, future: 1024 } as const;

/**
 * The last `capacity` readings of a series that others look at, in the order of the log, found by the time they speak of. What it
 * holds is a function of those readings alone, so it can be had again from any place of the log.
 */
export class KnownValues {
  readonly capacity: number;
  readonly #times: Float64Array; // ascending; of the same time, the one heard last stands last
  readonly #values: Float64Array;
  readonly #heard: Float64Array; // times in the order of the log, a ring
  #count = 0;
  #next = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#times = new Float64Array(capacity);
    this.#values = new Float64Array(capacity);
    this.#heard = new Float64Array(capacity);
  }

  /** Readings held. */
  get count(): number {
    return this.#count;
  }

  /** Takes in the next reading of the log. O(capacity), moving memory only. */
  hear(tMs: number, y: number): void {
    if (this.#count === this.capacity) this.#remove(this.#heard[this.#next]);
    this.#heard[this.#next] = tMs;
    this.#next = this.#next + 1 === this.capacity ? 0 : this.#next + 1;
    this.#insert(tMs, y);
  }

  /** The value of the newest time within `heldMs` up to and including `tMs`, as it was heard last; NaN for none. */
  at(tMs: number, heldMs: number): number {
    const place = this.#firstAfter(tMs) - 1;
    return place >= 0 && this.#times[place] >= tMs - heldMs ? this.#values[place] : Number.NaN;
  }

  #insert(tMs: number, y: number): void {
    const place = this.#firstAfter(tMs);
    this.#times.copyWithin(place + 1, place, this.#count);
    this.#values.copyWithin(place + 1, place, this.#count);
    this.#times[place] = tMs;
    this.#values[place] = y;
    this.#count++;
  }

  /** Of several readings of one time, the first is the one heard first. */
  #remove(tMs: number): void {
    const place = this.#times.subarray(0, this.#count).indexOf(tMs);
    this.#times.copyWithin(place, place + 1, this.#count);
    this.#values.copyWithin(place, place + 1, this.#count);
    this.#count--;
  }

  #firstAfter(tMs: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#times[middle] <= tMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
