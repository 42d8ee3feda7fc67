import type { Aligner } from './aligner.js';
import { Cadence } from './cadence.js';
import { Counter } from './counter.js';
import type { SnapshotReader, SnapshotWriter } from './snapshot.js';
import type { SeriesSettings, Tick } from './types.js';

/**
 * Event cadence: every reading is one step.
 *
 *     in   (s:y)   0:a  60:b  121:c            300:d      |
 *     out  (n:y)   0:a  1:b   2:c              5:d        |      two steps were missed: n goes on by three
 *
 * The width of a step is learned (Cadence). When a reading comes more than one and a half steps after the one before, the
 * steps between count as missing, so that `n` keeps pace with time; more than `maxGapSteps` of them restart the state.
 */
export class EventAligner implements Aligner {
  readonly dueMs = undefined;
  readonly #maxGapSteps: number;
  readonly #counter: Counter | undefined;
  readonly #cadence = new Cadence();
  #n = -1;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor({ maxGapSteps, counter }: Pick<SeriesSettings, 'maxGapSteps' | 'counter'>) {
    this.#maxGapSteps = maxGapSteps;
    this.#counter = counter ? new Counter() : undefined;
  }

  accepts(tMs: number): boolean {
    return tMs >= this.#lastMs;
  }

  take(tMs: number, y: number, restart: boolean, emit: (tick: Tick) => void, stamped = false): void {
    const first = this.#lastMs === Number.NEGATIVE_INFINITY;
    const intervalMs = first || restart ? 0 : tMs - this.#lastMs;
    const stepMs = this.#cadence.stepMs;
    const missing = this.#cadence.settled && intervalMs > 1.5 * stepMs ? Math.round(intervalMs / stepMs) - 1 : 0;
    this.#lastMs = tMs;
    this.#cadence.observe(intervalMs, stamped);
    if (restart) this.#counter?.reset();
    const value = this.#counter ? this.#counter.increase(y, missing + 1) : y;
    this.#n += missing + 1;
    const cleared = first || restart || missing > this.#maxGapSteps;
    const { stepMs: width, settled } = this.#cadence;
    emit({ n: this.#n, tMs, y: value, stepMs: width, stepIsGuess: !settled, missing, restart: cleared });
  }

  closeUntil(): void {}

  closeThrough(): void {}

  get next(): number {
    return this.#n + 1;
  }

  numberFrom(n: number): void {
    this.#n = n - 1;
  }

  save(writer: SnapshotWriter): void {
    writer.f64(this.#n);
    writer.f64(this.#lastMs);
    this.#cadence.save(writer);
    this.#counter?.save(writer);
  }

  load(reader: SnapshotReader): void {
    this.#n = reader.f64();
    this.#lastMs = reader.f64();
    this.#cadence.load(reader);
    this.#counter?.load(reader);
  }
}
