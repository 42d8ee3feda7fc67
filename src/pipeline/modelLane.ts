import { modelLabel } from '../forecast/modelContract.js';
import { type StepBuffers, type Stepper, stepBuffers } from '../forecast/stepper.js';
import type { Tick } from '../series/types.js';
import type { SeriesEntry } from './seriesEntry.js';

/** A tick on its way to its model. A silent one is stepped but not forecast: it is being replayed. */
export interface PendingTick {
  readonly entry: SeriesEntry;
  readonly tick: Tick;
  readonly silent: boolean;
  readonly logId: number; // its forecast's place in the log
}

/** One model, and the series that are stepped through it in micro-batches. */
export class ModelLane {
  readonly stepper: Stepper;
  readonly label: string;
  readonly #buffers: StepBuffers;
  #round = 0;

  constructor(stepper: Stepper) {
    this.stepper = stepper;
    this.label = modelLabel(stepper.model);
    this.#buffers = stepBuffers(stepper.model, stepper.maxBatch);
  }

  /**
   * Steps all of `pending`, in the order of each series. A batch holds a series at most once, since its next step needs the
   * state of this one; the rest waits for the next batch. `done` is told of each when its forecast stands.
   */
  async step(pending: readonly PendingTick[], done: (pending: PendingTick) => void): Promise<void> {
    let waiting = pending;
    while (waiting.length > 0) {
      const round = ++this.#round;
      const batch: PendingTick[] = [];
      const later: PendingTick[] = [];
      for (const item of waiting) {
        if (item.entry.round === round || batch.length === this.stepper.maxBatch) {
          item.entry.round = round; // its later ticks must wait behind it
          later.push(item);
          continue;
        }
        item.entry.round = round;
        item.entry.forecaster.prepare(item.tick, this.#buffers, batch.length);
        batch.push(item);
      }
      await this.stepper.step(batch.length, this.#buffers);
      for (let row = 0; row < batch.length; row++) {
        batch[row].entry.forecaster.accept(this.#buffers, row);
        done(batch[row]);
      }
      waiting = later;
    }
  }
}
