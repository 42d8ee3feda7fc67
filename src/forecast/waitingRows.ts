import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import { isScored, mostScored, scoredBefore } from './scoringTurns.js';

const known = new WeakMap<readonly number[], readonly number[]>(); // the same for every series

function firstRows(steps: readonly number[]): readonly number[] {
  let rows = known.get(steps);
  if (!rows) {
    const sums = [0];
    for (const h of steps) sums.push(sums[sums.length - 1] + mostScored(h));
    known.set(steps, (rows = sums));
  }
  return rows;
}

/**
 * Numbers that wait for the value they speak of, `width` of them for a tick and each of `steps`. Only what will be scored is kept
 * (scoringTurns).
 *
 * Call `advance` once a tick; `due(r)` is the row whose value is this tick's, issued for the step in place r of `steps`, to be read and
 * cleared; then `slot(r)` is where the row issued now for that step belongs. Both are −1 where this tick, or its target, is not scored. Rows hold NaN where nothing waits.
 */
export class WaitingRows {
  readonly width: number;
  readonly data: Float32Array;
  readonly #steps: readonly number[];
  readonly #first: readonly number[]; // row, by place in them
  #tick = 0;

  /** @param steps ascending; one array for all series that have the same. */
  constructor(steps: readonly number[], width: number) {
    this.width = width;
    this.#steps = steps;
    this.#first = firstRows(steps);
    this.data = new Float32Array(this.#first[steps.length] * width).fill(Number.NaN);
  }

  /** Moves to the next tick, `skipped` ticks having been left out. */
  advance(skipped: number): void {
    for (let lost = Math.min(skipped, this.#steps[this.#steps.length - 1]); lost > 0; lost--) {
      this.#tick++;
      for (let r = 0; r < this.#steps.length; r++) this.empty(this.due(r));
    }
    this.#tick++;
  }

  /** Where in `data` the row that was issued for this tick begins. */
  due(r: number): number {
    return this.#row(r, this.#tick);
  }

  /** Where in `data` the row for the value that many steps ahead belongs. */
  slot(r: number): number {
    return this.#row(r, this.#tick + this.#steps[r]);
  }

  /** Empties the row at `row`, if there is one. */
  empty(row: number): void {
    for (let i = row; i >= 0 && i < row + this.width; i++) this.data[i] = Number.NaN; // a call of fill costs more than these few
  }

  /** Empties every row. */
  clear(): void {
    this.data.fill(Number.NaN);
  }

  save(writer: SnapshotWriter): void {
    writer.f64(this.#tick);
    writer.f32s(this.data);
  }

  load(reader: SnapshotReader): void {
    this.#tick = reader.f64();
    this.data.set(reader.f32s());
  }

  #row(r: number, target: number): number {
    const h = this.#steps[r];
    if (!isScored(h, target)) return -1;
    const first = this.#first[r];
    return (first + (scoredBefore(h, target) % (this.#first[r + 1] - first))) * this.width;
  }
}
