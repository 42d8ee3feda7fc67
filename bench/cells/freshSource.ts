import type { Random, RandomState } from '../../src/series/random.js';
import type { Batch, BatchSource } from '../../src/training/batch.js';
import type { Sequence } from '../../src/training/sequence.js';
import { SequenceSource } from '../../src/training/sequenceSource.js';

/** Batches of sequences that were never heard before, and never will be again. */
export class FreshSource implements BatchSource {
  readonly #draw: () => Sequence;
  readonly #random: Random;
  readonly #batch: number;

  constructor(draw: (random: Random) => Sequence, batch: number, random: Random) {
    this.#draw = () => draw(random);
    this.#random = random;
    this.#batch = batch;
  }

  next(): Batch {
    const sequences = Array.from({ length: this.#batch }, this.#draw);
    return new SequenceSource({
      ...{ sequences, batch: this.#batch, batching: 'variable', steps: 'full', horizonWeights: [1] },
    }).next();
  }

  save(): RandomState {
    return this.#random.state;
  }

  load(state: RandomState): void {
    this.#random.state = state;
  }
}
