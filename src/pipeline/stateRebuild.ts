import type { RecurrentForecaster } from '../forecast/recurrentForecaster.js';
import type { Tick } from '../series/types.js';
import { ModelLane } from './modelLane.js';
import type { Stepper, Store } from './ports.js';
import type { SeriesBook } from './seriesBook.js';
import type { SeriesEntry } from './seriesEntry.js';

const chunk = 16; // ticks stepped between two looks at the event loop: about a millisecond
const storedPollMs = 20;

export interface StateRebuildParts {
  readonly book: SeriesBook;
  readonly store: Pick<Store, 'recent'>;
  readonly entry: SeriesEntry;
  readonly stepper: Stepper;
}

/**
 * The state that a series would have had it been stepped through another model: its stored readings go through a twin, beside the pipeline and a
 * few at a time, then the ticks that came meanwhile. The series itself knows nothing of it but to keep these.
 */
export class StateRebuild {
  readonly entry: SeriesEntry;
  readonly #parts: StateRebuildParts;
  readonly #twin: SeriesEntry;
  readonly #lane: ModelLane; // with buffers of its own: the pipeline may be in the middle of a batch
  readonly #upToId: number;
  readonly #lastMs: number; // the tick at which the tail begins
  #began = false;
  #stopped = false;

  constructor(parts: StateRebuildParts) {
    const { book, entry, stepper } = parts;
    this.entry = entry;
    this.#parts = parts;
    this.#twin = book.twin(entry, stepper.model);
    this.#lane = new ModelLane({
      model: stepper.model,
      maxBatch: 1,
      step: (batch, input) => stepper.step(batch, input),
    });
    this.#upToId = entry.lastReadingId;
    this.#lastMs = entry.forecaster.past.tMs;
    entry.tail = [];
  }

  /** Whether the series is still the one this was begun for. */
  get isCurrent(): boolean {
    return !this.#stopped && this.#parts.book.get(this.entry.seriesId) === this.entry;
  }

  /** Works until the twin stands where the series stands, or it is stopped. */
  async catchUp(): Promise<void> {
    if (!this.#began) {
      while (this.isCurrent && !(await this.#isStored()))
        await new Promise((resolve) => setTimeout(resolve, storedPollMs));
      if (!this.isCurrent) return;
      this.#began = true;
      const pending = await this.#parts.book.rebuild(this.#twin, this.#upToId);
      const ticks = pending.map(({ tick }) => tick);
      const end = ticks.findLastIndex(({ tMs }) => tMs <= this.#lastMs) + 1; // what stands open there, the tail closes
      await this.#step(ticks.slice(0, end));
    }
    const tail = this.entry.tail!;
    while (this.isCurrent && tail.length > 0) await this.#step(tail.splice(0, chunk));
  }

  /** Steps what is left, between two turns. The network, standing where the series stands; undefined when too much is left for that. */
  async finish(): Promise<RecurrentForecaster | undefined> {
    const tail = this.entry.tail!;
    if (tail.length > chunk) return undefined;
    await this.#stepOnce(tail);
    this.entry.tail = undefined;
    return this.#twin.network;
  }

  stop(): void {
    this.#stopped = true;
    this.entry.tail = undefined;
  }

  /** Commits come in groups: what the series has taken may not be in the store yet. */
  async #isStored(): Promise<boolean> {
    const { store, entry } = this.#parts;
    if (this.#upToId === 0) return true;
    const [newest] = await store.recent(entry.id, 1, this.#upToId);
    return newest?.id === this.#upToId;
  }

  async #step(ticks: readonly Tick[]): Promise<void> {
    for (let from = 0; from < ticks.length && this.isCurrent; from += chunk) {
      await this.#stepOnce(ticks.slice(from, from + chunk));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #stepOnce(ticks: readonly Tick[]): Promise<void> {
    const entry = this.#twin;
    await this.#lane.step(
      ticks.map((tick) => ({ entry, tick, silent: true, logId: 0 })),
      () => {},
    );
  }
}
