import type { SnapshotReader, SnapshotWriter } from './snapshot.js';

/** A monotonic meter as its increase a step. A fall is a reset: the meter began again at zero. */
export class Counter {
  #last = Number.NaN;

  /** The increase since the call before, spread over `steps`; NaN at the first call and for a missing value. */
  increase(total: number, steps: number): number {
    const before = this.#last;
    if (Number.isNaN(total)) return Number.NaN;
    this.#last = total;
    return (total >= before ? total - before : total < before ? total : Number.NaN) / steps;
  }

  reset(): void {
    this.#last = Number.NaN;
  }

  save(writer: SnapshotWriter): void {
    writer.f64(this.#last);
  }

  load(reader: SnapshotReader): void {
    this.#last = reader.f64();
  }
}
