import type { SnapshotReader, SnapshotWriter } from './snapshot.js';
import type { Tick } from './types.js';

/** Turns the readings of one series into ticks. Event time alone drives it: a replay gives the same ticks. */
export interface Aligner {
  /** Whether a reading of this time can still take part: it is not older than what has become ticks. */
  accepts(tMs: number): boolean;
  /**
   * Takes in an accepted reading and emits the ticks that are complete by it. `restart` begins a new time line; `stamped`: the time is that of its arrival.
   */
  take(tMs: number, y: number, restart: boolean, emit: (tick: Tick) => void, stamped?: boolean): void;
  /** Event time at which the oldest open slot may be closed without a later reading; undefined when none is open. */
  readonly dueMs: number | undefined;
  /** Emits every open slot whose time is over at event time `tMs`. */
  closeUntil(tMs: number, emit: (tick: Tick) => void): void;
  /** Emits every open slot whose tick is number `n` or one before it. */
  closeThrough(n: number, emit: (tick: Tick) => void): void;
  /** Makes `n` the number of the next tick: it goes on from another aligner. */
  numberFrom(n: number): void;
  /** The number the next tick has when no step is missed. */
  readonly next: number;
  save(writer: SnapshotWriter): void;
  load(reader: SnapshotReader): void;
}
