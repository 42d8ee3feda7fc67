import { type LoadedModel, modelLabel } from '../forecast/modelContract.js';
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
  readonly #laneOf: (model: LoadedModel) => ModelLane;
  #round = 0;

  /** @param laneOf where the other models of trials are stepped. */
  constructor(stepper: Stepper, laneOf: (model: LoadedModel) => ModelLane = noOther) {
    this.stepper = stepper;
    this.#laneOf = laneOf;
    this.label = modelLabel(stepper.model);
    this.#buffers = stepBuffers(stepper.model, stepper.maxBatch);
  }

  /**
   * Steps all of `pending`, in the order of each series. A batch holds a series at most once, since its next step needs the
   * state of this one; the rest waits for the next batch. `done` is told of each when its forecast stands, and by
   * which model. What is left of a series that goes over to another model meanwhile is stepped through that one.
   */
  async step(pending: readonly PendingTick[], done: (pending: PendingTick, label: string) => void): Promise<void> {
    const moved = new Map<ModelLane, PendingTick[]>();
    let waiting = pending;
    while (waiting.length > 0) {
      const round = ++this.#round;
      const batch: PendingTick[] = [];
      const later: PendingTick[] = [];
      for (const item of waiting) {
        if (item.entry.model !== this.stepper.model) {
          gather(moved, this.#laneOf(item.entry.model), item);
          continue;
        }
        if (item.entry.round === round || batch.length === this.stepper.maxBatch) {
          item.entry.round = round; // its later ticks must wait behind it
          later.push(item);
          continue;
        }
        item.entry.round = round;
        item.entry.forecaster.prepare(item.tick, this.#buffers, batch.length);
        batch.push(item);
      }
      if (batch.length > 0) await this.stepper.step(batch.length, this.#buffers);
      const tried: PendingTick[] = [];
      for (let row = 0; row < batch.length; row++) {
        const { entry, tick } = batch[row];
        entry.forecaster.accept(this.#buffers, row);
        entry.tail?.push(tick);
        done(batch[row], this.label);
        if (entry.challenge) {
          entry.challenge.hearIncumbent(entry.network, this.#buffers, row, entry.forecaster);
          tried.push(batch[row]);
        } else if (entry.choice) entry.choose();
      }
      if (tried.length > 0) await this.#stepShadows(tried);
      waiting = later;
    }
    for (const [lane, items] of moved) await lane.step(items, done);
  }

  async #stepShadows(tried: readonly PendingTick[]): Promise<void> {
    const lanes = new Map<ModelLane, PendingTick[]>();
    for (const item of tried) gather(lanes, this.#laneOf(item.entry.challenge!.shadow.model), item);
    for (const [lane, items] of lanes) await lane.#stepBeside(items);
  }

  /** Steps the shadows of series whose forecasters stand at these ticks. */
  async #stepBeside(items: readonly PendingTick[]): Promise<void> {
    const { maxBatch } = this.stepper;
    for (let from = 0; from < items.length; from += maxBatch) {
      const batch = items.slice(from, from + maxBatch);
      for (const [row, { entry, tick }] of batch.entries()) {
        entry.challenge!.shadow.prepare(tick, this.#buffers, row, entry.forecaster);
      }
      await this.stepper.step(batch.length, this.#buffers);
      for (const [row, { entry, tick }] of batch.entries()) {
        const winner = entry.challenge!.hearShadow(tick, this.#buffers, row, entry.forecaster);
        if (winner) entry.conclude(winner);
      }
    }
  }
}

const noOther = (model: LoadedModel): never => {
  throw new RangeError(`ModelLane: ${modelLabel(model)} has no lane`);
};

/** Adds an item to the list of its lane. */
export function gather(lanes: Map<ModelLane, PendingTick[]>, lane: ModelLane, item: PendingTick): void {
  const list = lanes.get(lane);
  if (list) list.push(item);
  else lanes.set(lane, [item]);
}
