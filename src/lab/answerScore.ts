import { medianIndex } from '../forecast/forecastWriter.js';
import type { FloatArray } from '../training/graphRunner.js';
import type { Label } from './labelSequences.js';

/** How good held-out answers were, and how good it would have been to know nothing. */
export interface Answers {
  readonly scored: number; // targets
  readonly mae?: number; // of the medians, in the unit of the targets
  readonly maeOfNothing?: number; // of answering 0: persistence for `change`, the mean for a label
  readonly accuracy?: number; // of classes
  readonly accuracyOfNothing?: number; // of always naming the most frequent class
}

/** Scores the answers of held-out sequences. */
export class AnswerScore {
  readonly #classes: number;
  readonly #median: number;
  readonly #levels: number;
  readonly #counts: number[];
  #scored = 0;
  #hits = 0;
  #error = 0;
  #size = 0;

  constructor(label: Label | undefined, levels: readonly number[]) {
    this.#classes = label && 'classes' in label ? label.classes.length : 0;
    this.#median = medianIndex(levels);
    this.#levels = levels.length;
    this.#counts = new Array<number>(this.#classes).fill(0);
  }

  readonly take = (y: FloatArray, target: Float32Array, weight: Float32Array): void => {
    for (const [at, actual] of target.entries()) {
      if (weight[at] === 0) continue;
      this.#scored++;
      if (this.#classes > 0) {
        const logits = y.data.subarray(at * this.#classes, (at + 1) * this.#classes);
        this.#counts[actual]++;
        if (logits.indexOf(Math.max(...logits)) === actual) this.#hits++;
      } else {
        this.#error += Math.abs(y.data[at * this.#levels + this.#median] - actual);
        this.#size += Math.abs(actual);
      }
    }
  };

  get answers(): Answers {
    const scored = this.#scored;
    if (this.#classes === 0) return { scored, mae: this.#error / scored, maeOfNothing: this.#size / scored };
    return { scored, accuracy: this.#hits / scored, accuracyOfNothing: Math.max(...this.#counts) / scored };
  }
}
