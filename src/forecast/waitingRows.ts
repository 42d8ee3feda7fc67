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

/** Where the rows of one tick lie, −1 for none: the same for all that is told of the same steps, as blends and calibration of a series are. */
const now = { steps: [] as readonly number[], tick: Number.NaN, due: new Int32Array(0), slot: new Int32Array(0) };

function rowsAt(steps: readonly number[], tick: number): typeof now {
  if (now.steps === steps && now.tick === tick) return now;
  const first = firstRows(steps);
  if (now.due.length < steps.length) {
    now.due = new Int32Array(steps.length);
    now.slot = new Int32Array(steps.length);
  }
  for (let r = 0; r < steps.length; r++) {
    now.due[r] = rowOf(steps[r], tick, first[r], first[r + 1]);
    now.slot[r] = rowOf(steps[r], tick + steps[r], first[r], first[r + 1]);
  }
  now.steps = steps;
  now.tick = tick;
  return now;
}

const rowOf = (h: number, target: number, first: number, end: number): number =>
  isScored(h, target) ? first + (scoredBefore(h, target) % (end - first)) : -1;

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
  #tick = 0;

  /** @param steps ascending; one array for all series that have the same. */
  constructor(steps: readonly number[], width: number) {
    this.width = width;
    this.#steps = steps;
    this.data = new Float32Array(firstRows(steps)[steps.length] * width).fill(Number.NaN);
  }

  /** Moves to the next tick, `skipped` ticks having been left out. */
  advance(skipped: number): void {
    for (let lost = Math.min(skipped, this.#steps[this.#steps.length - 1]); lost > 0; lost--) {
      this.#tick++;
      for (let r = 0; r < this.#steps.length; r++) this.empty(this.due(r));
    }
    this.#tick++;
  }

  /** Where the rows of this tick lie, `width` times less than in `data`, by r: for loops over all of them. Until the next `advance` of any rows. */
  get now(): { readonly due: Int32Array; readonly slot: Int32Array } {
    return rowsAt(this.#steps, this.#tick);
  }

  /** Where in `data` the row that was issued for this tick begins. */
  due(r: number): number {
    const row = rowsAt(this.#steps, this.#tick).due[r];
    return row < 0 ? -1 : row * this.width;
  }

  /** Where in `data` the row for the value that many steps ahead belongs. */
  slot(r: number): number {
    const row = rowsAt(this.#steps, this.#tick).slot[r];
    return row < 0 ? -1 : row * this.width;
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
}
