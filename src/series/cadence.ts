import type { SnapshotReader, SnapshotWriter } from './snapshot.js';

const window = 15; // intervals
const settledAfter = 4; // intervals
const tolerance = 0.05; // of a step
const burst = 0.1; // of a step: what comes closer than this after a gap was held up by it
const sorted = new Float64Array(window); // written before it is read, within one call
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const round = [
  ...[0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 15, 20, 30].map((s) => s * second),
  ...[1, 2, 5, 10, 15, 20, 30].map((m) => m * minute),
  ...[1, 2, 3, 4, 6, 8, 12, 24].map((h) => h * hour),
];

/**
 * The usual interval between the readings of a series: the median of its last 15 intervals, taken to the nearest round
 * duration (1 s, 5 min, 1 h, …) within 5 %. It moves only when the median leaves it by more than 5 %, so jitter changes nothing.
 * Readings timed by their arrival that a gap of k steps held up come all at once: up to k intervals below a tenth of a step are then no
 * sign of another pace.
 */
export class Cadence {
  readonly #intervals = new Float64Array(window);
  #count = 0;
  #stepMs: number;
  #heldUp = 0; // readings that the last gap may have held up

  constructor(assumedMs = minute) {
    this.#stepMs = assumedMs;
  }

  /** Milliseconds, always positive; an assumption until `settled`. */
  get stepMs(): number {
    return this.#stepMs;
  }

  get settled(): boolean {
    return this.#count >= settledAfter;
  }

  /** The longest of the last 15 intervals, milliseconds; 0 before the second reading. */
  get longestMs(): number {
    return Math.max(...this.#intervals);
  }

  /** @param byArrival whether the reading has no time of its own. */
  observe(intervalMs: number, byArrival = false): void {
    if (!(intervalMs > 0)) return;
    if (byArrival && this.settled && this.#isHeldUp(intervalMs)) return;
    this.#intervals[this.#count++ % window] = intervalMs;
    if (this.#count > window && Math.abs(intervalMs - this.#stepMs) <= tolerance * this.#stepMs) return;
    const median = this.#median();
    if (this.#count <= settledAfter || Math.abs(median - this.#stepMs) > tolerance * this.#stepMs)
      this.#stepMs = rounded(median);
  }

  save(writer: SnapshotWriter): void {
    writer.f64(this.#count);
    writer.f64(this.#stepMs);
    writer.f64(this.#heldUp);
    writer.f64s(this.#intervals);
  }

  load(reader: SnapshotReader): void {
    this.#count = reader.f64();
    this.#stepMs = reader.f64();
    this.#heldUp = reader.f64();
    this.#intervals.set(reader.f64s());
  }

  #isHeldUp(intervalMs: number): boolean {
    if (intervalMs < burst * this.#stepMs && this.#heldUp > 0) {
      this.#heldUp--;
      return true;
    }
    const steps = Math.round(intervalMs / this.#stepMs);
    this.#heldUp = steps > 1 ? steps : 0;
    return false;
  }

  #median(): number {
    const count = Math.min(this.#count, window);
    for (let i = 0; i < count; i++) {
      const interval = this.#intervals[i];
      let at = i;
      for (; at > 0 && sorted[at - 1] > interval; at--) sorted[at] = sorted[at - 1];
      sorted[at] = interval;
    }
    return sorted[count >> 1];
  }
}

/** The nearest round duration when one lies within 5 %, else whole milliseconds. */
function rounded(ms: number): number {
  const near = round.find((duration) => Math.abs(ms - duration) <= tolerance * duration);
  return near ?? Math.max(1, Math.round(ms));
}
