import type { Aligner } from './aligner.js';
import { EventAligner } from './eventAligner.js';
import { GridAligner } from './gridAligner.js';
import type { SnapshotReader, SnapshotWriter } from './snapshot.js';
import { type Reading, ReadingFlag, type SeriesSettings, type Tick } from './types.js';

const earliestMs = Date.UTC(2000, 0, 1); // a device clock before this was never set
const latestMs = Date.UTC(2100, 0, 1);
const lateRunForRestart = 30;

/** The time under which a reading is kept, and how it takes part. */
export interface Admission {
  readonly tMs: number;
  readonly flags: number;
  readonly clock: 'own' | 'none' | 'unset' | 'ahead'; // what the sender's clock was worth
}

/**
 * One series on its way from readings to ticks. `admit` decides once, live, and changes nothing; the decision is stored
 * with the reading, so `take` does the same for a live reading and for a replayed one.
 *
 * - No time of its own, a clock before 2000 or after 2100, or more than a day ahead of a trusted clock: the arrival time, at least 1 ms after the reading before.
 * - Older than what has become ticks: late. Kept in the log, not stepped.
 * - 30 late readings in a row, each after the one before: the device's clock was set back. The time line begins again with a cleared state.
 */
export class SeriesTrack {
  readonly #aligner: Aligner;
  #lastMs = Number.NEGATIVE_INFINITY; // the newest reading that took part
  #newestMs = Number.NEGATIVE_INFINITY; // the newest reading of all, on whatever time line
  #lateRun = 0;
  #lateMs = Number.NEGATIVE_INFINITY; // the newest of the late run

  constructor(settings: SeriesSettings) {
    this.#aligner = settings.cadenceMs > 0 ? new GridAligner(settings) : new EventAligner(settings);
  }

  /** The time of the newest reading that took part; −∞ before the first. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** No reading was ever later than this: a later one is no repetition. −∞ before the first. */
  get newestMs(): number {
    return this.#newestMs;
  }

  /** Event time at which an open slot can be closed; undefined when none is open. */
  get dueMs(): number | undefined {
    return this.#aligner.dueMs;
  }

  /** @param nowMs the node's clock, or undefined while it cannot be trusted. */
  admit(tMs: number | undefined, arrivedMs: number, nowMs: number | undefined): Admission {
    const clock = this.#judge(tMs, nowMs);
    if (clock !== 'own') {
      const stampedMs = Math.max(arrivedMs, this.#lastMs + 1);
      const late = this.#aligner.accepts(stampedMs) ? 0 : ReadingFlag.late;
      return { tMs: stampedMs, flags: ReadingFlag.stamped | late, clock };
    }
    const own = tMs!;
    if (this.#aligner.accepts(own)) return { tMs: own, flags: 0, clock };
    const isSetBack = this.#lateRun + 1 >= lateRunForRestart && own > this.#lateMs;
    return { tMs: own, flags: isSetBack ? ReadingFlag.restart : ReadingFlag.late, clock };
  }

  take({ tMs, y, flags }: Pick<Reading, 'tMs' | 'y' | 'flags'>, emit: (tick: Tick) => void): void {
    this.#newestMs = Math.max(this.#newestMs, tMs);
    if (flags & ReadingFlag.late) {
      this.#lateRun = tMs > this.#lateMs ? this.#lateRun + 1 : 1;
      this.#lateMs = tMs;
      return;
    }
    const restart = (flags & ReadingFlag.restart) !== 0;
    this.#lateRun = 0;
    this.#lateMs = Number.NEGATIVE_INFINITY;
    this.#lastMs = restart ? tMs : Math.max(this.#lastMs, tMs);
    this.#aligner.take(tMs, y, restart, emit, (flags & ReadingFlag.stamped) !== 0);
  }

  /** Emits the open slots whose time is over at event time `tMs`. */
  closeUntil(tMs: number, emit: (tick: Tick) => void): void {
    this.#aligner.closeUntil(tMs, emit);
  }

  /** Emits the open slots up to and including tick `n`. */
  closeThrough(n: number, emit: (tick: Tick) => void): void {
    this.#aligner.closeThrough(n, emit);
  }

  /** The number the next tick has when no step is missed. */
  get next(): number {
    return this.#aligner.next;
  }

  /** Makes `n` the number of the next tick: it goes on from another track of the series. */
  numberFrom(n: number): void {
    this.#aligner.numberFrom(n);
  }

  save(writer: SnapshotWriter): void {
    for (const value of [this.#lastMs, this.#newestMs, this.#lateRun, this.#lateMs]) writer.f64(value);
    this.#aligner.save(writer);
  }

  load(reader: SnapshotReader): void {
    this.#lastMs = reader.f64();
    this.#newestMs = reader.f64();
    this.#lateRun = reader.f64();
    this.#lateMs = reader.f64();
    this.#aligner.load(reader);
  }

  #judge(tMs: number | undefined, nowMs: number | undefined): Admission['clock'] {
    if (tMs === undefined) return 'none';
    if (!(tMs >= earliestMs && tMs < latestMs)) return 'unset';
    return nowMs !== undefined && tMs > nowMs + 86_400_000 ? 'ahead' : 'own';
  }
}
