import type { LoadedModel } from '../forecast/modelContract.js';
import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';

const firstRound = 512; // values a series has shown before its model is chosen
const between = 8192; // values from one round of trials to the next

/**
 * Which base models a series with `model: auto` tries, and when: each of them in turn against the one in use, once it has shown 512
 * values and again every 8,192. Counted in values, so that a replay tries the same.
 */
export class AutoChoice {
  readonly #models: readonly LoadedModel[];
  #nextAt = firstRound;
  #position = 0; // in a round

  constructor(models: readonly LoadedModel[]) {
    this.#models = models;
  }

  /** The model to try now, if any: `count` values were seen, `inUse` is stepped. Moves on to the next. */
  due(count: number, inUse: LoadedModel): LoadedModel | undefined {
    if (count < this.#nextAt) return undefined;
    while (this.#position < this.#models.length) {
      const model = this.#models[this.#position++];
      if (model.sha256 !== inUse.sha256) return model;
    }
    this.#position = 0;
    this.#nextAt = count + between;
    return undefined;
  }

  save(writer: SnapshotWriter): void {
    writer.f64(this.#nextAt);
    writer.f64(this.#position);
  }

  load(reader: SnapshotReader): void {
    this.#nextAt = reader.f64();
    this.#position = reader.f64();
  }
}
