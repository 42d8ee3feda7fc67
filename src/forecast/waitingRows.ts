import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';

/**
 * Numbers that wait for the value they speak of: for each horizon step h, those of the last h ticks, `width` numbers a tick.
 * h·(h+1)/2 rows instead of h², as a number issued for h steps ahead is read once, h ticks later, and then overwritten.
 *
 * Call `advance` once a tick, read `row(h)` for what was issued h ticks ago, then overwrite it. Rows hold NaN where nothing waits.
 */
export class WaitingRows {
  readonly horizon: number;
  readonly width: number;
  readonly data: Float32Array;
  #tick = 0;

  constructor(horizon: number, width: number) {
    this.horizon = horizon;
    this.width = width;
    this.data = new Float32Array(((horizon * (horizon + 1)) / 2) * width).fill(Number.NaN);
  }

  /** Moves to the next tick, `skipped` ticks having been left out. */
  advance(skipped: number): void {
    const lost = Math.min(skipped, this.horizon);
    for (let i = 0; i < lost; i++) {
      this.#tick++;
      for (let h = 1; h <= this.horizon; h++) this.empty(this.row(h));
    }
    this.#tick++;
  }

  /** Where in `data` the row of horizon step h begins: issued h ticks ago until it is overwritten now. */
  row(h: number): number {
    return ((h * (h - 1)) / 2 + (this.#tick % h)) * this.width;
  }

  /** Empties the row at `row`. */
  empty(row: number): void {
    for (let i = row; i < row + this.width; i++) this.data[i] = Number.NaN; // a call of fill costs more than these few
  }

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
}
