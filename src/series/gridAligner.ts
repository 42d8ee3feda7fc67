import type { Aligner } from './aligner.js';
import { Counter } from './counter.js';
import type { SnapshotReader, SnapshotWriter } from './snapshot.js';
import type { Aggregate, SeriesSettings, Tick } from './types.js';

interface Slot {
  readonly slot: number;
  y: number;
  count: number;
}

/**
 * A regular grid: slot k covers [k·cadence, (k+1)·cadence) of event time, and its readings are aggregated into one tick.
 *
 *     in   (slot:y)  0:a  0:b  1:c     4:d                |
 *     out  (n:y)          ·    0:ab    1:c 2:NaN 3:NaN    |
 *
 * A slot closes when a reading arrives `lateMs` or more past its end, or by `closeUntil`; until then readings are merged into
 * it in any order. Up to `maxGapSteps` empty slots become NaN ticks; a longer gap is skipped and restarts the state.
 */
export class GridAligner implements Aligner {
  readonly #cadenceMs: number;
  readonly #lateMs: number;
  readonly #maxGapSteps: number;
  readonly #aggregate: Aggregate;
  readonly #counter: Counter | undefined;
  #open: Slot[] = []; // ascending
  #closed = Number.NaN; // the last slot that became a tick
  #base = Number.NaN; // the slot of n = 0; none before the first slot of a time line is closed
  #next = 0; // n of that first slot
  #restart = true;
  #newestMs = Number.NEGATIVE_INFINITY;

  /** @throws {RangeError} if `cadenceMs` is not a positive integer. */
  constructor({ cadenceMs, lateMs, maxGapSteps, aggregate, counter }: SeriesSettings) {
    if (!Number.isInteger(cadenceMs) || cadenceMs <= 0) {
      throw new RangeError(`GridAligner: cadenceMs must be a positive integer, got ${cadenceMs}`);
    }
    this.#cadenceMs = cadenceMs;
    this.#lateMs = lateMs;
    this.#maxGapSteps = maxGapSteps;
    this.#aggregate = counter ? 'last' : aggregate;
    this.#counter = counter ? new Counter() : undefined;
  }

  get dueMs(): number | undefined {
    return this.#open.length > 0 ? (this.#open[0].slot + 1) * this.#cadenceMs + this.#lateMs : undefined;
  }

  accepts(tMs: number): boolean {
    const slot = Math.floor(tMs / this.#cadenceMs);
    if (slot <= this.#closed) return false;
    return !(
      this.#open.length > 0 &&
      slot < this.#open[0].slot &&
      tMs < this.#newestMs - this.#lateMs - this.#cadenceMs
    );
  }

  take(tMs: number, y: number, restart: boolean, emit: (tick: Tick) => void): void {
    const slot = Math.floor(tMs / this.#cadenceMs);
    if (restart) this.#beginAgain(emit);
    this.#merge(slot, y);
    this.#newestMs = Math.max(this.#newestMs, tMs);
    this.closeUntil(this.#newestMs, emit);
  }

  closeUntil(tMs: number, emit: (tick: Tick) => void): void {
    while (this.#open.length > 0 && this.dueMs! <= tMs) this.#close(this.#open.shift()!, emit);
  }

  closeThrough(n: number, emit: (tick: Tick) => void): void {
    const numberOf = ({ slot }: Slot): number => (Number.isNaN(this.#base) ? this.#next : slot - this.#base);
    while (this.#open.length > 0 && numberOf(this.#open[0]) <= n) this.#close(this.#open.shift()!, emit);
  }

  get next(): number {
    return Number.isNaN(this.#base) ? this.#next : this.#closed - this.#base + 1;
  }

  numberFrom(n: number): void {
    if (Number.isNaN(this.#base)) this.#next = n;
    else this.#base = this.#closed + 1 - n;
  }

  save(writer: SnapshotWriter): void {
    for (const value of [this.#closed, this.#base, this.#next, this.#restart ? 1 : 0, this.#newestMs])
      writer.f64(value);
    writer.f64s(Float64Array.from(this.#open.flatMap(({ slot, y, count }) => [slot, y, count])));
    this.#counter?.save(writer);
  }

  load(reader: SnapshotReader): void {
    this.#closed = reader.f64();
    this.#base = reader.f64();
    this.#next = reader.f64();
    this.#restart = reader.f64() === 1;
    this.#newestMs = reader.f64();
    const flat = reader.f64s();
    this.#open = Array.from({ length: flat.length / 3 }, (_, i) => ({
      slot: flat[3 * i],
      y: flat[3 * i + 1],
      count: flat[3 * i + 2],
    }));
    this.#counter?.load(reader);
  }

  #merge(slot: number, y: number): void {
    let at = this.#open.length;
    while (at > 0 && this.#open[at - 1].slot > slot) at--;
    const same = at > 0 && this.#open[at - 1].slot === slot ? this.#open[at - 1] : undefined;
    if (!same) {
      this.#open.splice(at, 0, { slot, y, count: 1 });
      return;
    }
    same.count++;
    if (this.#aggregate === 'mean' || this.#aggregate === 'sum') same.y += y;
    else if (this.#aggregate === 'min') same.y = Math.min(same.y, y);
    else if (this.#aggregate === 'max') same.y = Math.max(same.y, y);
    else same.y = y;
  }

  #close({ slot, y, count }: Slot, emit: (tick: Tick) => void): void {
    if (Number.isNaN(this.#base)) this.#base = slot - this.#next;
    const gap = Number.isNaN(this.#closed) ? 0 : slot - this.#closed - 1;
    const long = gap > this.#maxGapSteps;
    if (!long) for (let k = slot - gap; k < slot; k++) emit(this.#tick(k, Number.NaN, 0, false));
    const raw = this.#aggregate === 'mean' ? y / count : y;
    const value = this.#counter ? this.#counter.increase(raw, gap + 1) : raw;
    const restart = this.#restart || long;
    this.#restart = false;
    this.#closed = slot;
    emit(this.#tick(slot, value, long ? gap : 0, restart));
  }

  #tick(slot: number, y: number, missing: number, restart: boolean): Tick {
    return { n: slot - this.#base, tMs: slot * this.#cadenceMs, y, stepMs: this.#cadenceMs, missing, restart };
  }

  /** A new time line: what is open is emitted, and `n` goes on by one from there. */
  #beginAgain(emit: (tick: Tick) => void): void {
    this.closeUntil(Number.POSITIVE_INFINITY, emit);
    this.#next = this.next;
    this.#base = Number.NaN;
    this.#closed = Number.NaN;
    this.#newestMs = Number.NEGATIVE_INFINITY;
    this.#restart = true;
    this.#counter?.reset();
  }
}
