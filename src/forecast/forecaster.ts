import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { Tick } from '../series/types.js';

/**
 * Forecasts one series, a point for each of the next `horizon` steps. Causal: what it answers depends on the ticks it was given
 * and on nothing else, so a replay gives the same bits.
 *
 * `learnOne` alone changes it. A forecaster that stands on what the series has shown (SeriesPast) is told of a tick after that
 * has been. A tick without a value (NaN) moves time on; a tick with `restart` begins a new time line: what was learned stays, what
 * was waiting for a value is dropped.
 */
export interface Forecaster {
  readonly horizon: number; // steps
  learnOne(tick: Tick): void;
  /**
   * The forecast from the last tick: `out[at + h − 1]` for h = 1…horizon, in the unit of the series. Finite once a value was
   * seen; NaN before. Changes nothing, allocates nothing.
   */
  forecast(out: Float64Array, at: number): void;
  save(writer: SnapshotWriter): void;
  load(reader: SnapshotReader): void;
}
