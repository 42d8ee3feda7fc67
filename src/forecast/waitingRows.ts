import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import { isScored, mostScored, scoredBefore } from './scoringTurns.js';

const known = new Map<number, readonly number[]>(); // the same for every series

function firstRows(horizon: number): readonly number[] {
  let rows = known.get(horizon);
  if (!rows) {
    const sums = [0];
    for (let h = 1; h <= horizon; h++) sums.push(sums[h - 1] + mostScored(h));
    known.set(horizon, (rows = sums));
  }
  return rows;
}

/**
 * Numbers that wait for the value they speak of, `width` of them for a horizon step and tick. Only what will be scored is kept
 * (scoringTurns).
 *
 * Call `advance` once a tick; `due(h)` is the row whose value is this tick's, to be read and cleared; then `slot(h)` is where the row
 * issued now for h steps ahead belongs. Both are −1 where this tick, or its target, is not scored. Rows hold NaN where nothing waits.
 */
export class WaitingRows {
  readonly horizon: number;
  readonly width: number;
  readonly data: Float32Array;
  readonly #first: readonly number[]; // row, by h − 1
  #tick = 0;

  constructor(horizon: number, width: number) {
    this.horizon = horizon;
    this.width = width;
    this.#first = firstRows(horizon);
    this.data = new Float32Array(this.#first[horizon] * width).fill(Number.NaN);
  }

  /** Moves to the next tick, `skipped` ticks having been left out. */
  advance(skipped: number): void {
    for (let lost = Math.min(skipped, this.horizon); lost > 0; lost--) {
      this.#tick++;
      for (let h = 1; h <= this.horizon; h++) this.empty(this.due(h));
    }
    this.#tick++;
  }

  /** Where in `data` the row issued h ticks ago begins. */
  due(h: number): number {
    return this.#row(h, this.#tick);
  }

  /** Where in `data` the row for the value h ticks ahead belongs. */
  slot(h: number): number {
    return this.#row(h, this.#tick + h);
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

  #row(h: number, target: number): number {
    if (!isScored(h, target)) return -1;
    const first = this.#first[h - 1];
    return (first + (scoredBefore(h, target) % (this.#first[h] - first))) * this.width;
  }
}
