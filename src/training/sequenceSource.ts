import type { Random, RandomState } from '../series/random.js';
import type { Batch, BatchSource } from './batch.js';
import type { Sequence } from './sequence.js';
import { writeTargets } from './writeTargets.js';

/**
 * How sequences of unequal length come together: `pad`, any of them, padded to the longest; `bucket`, those of about the same
 * length, so that little is padded; `variable`, those of exactly the same length, so that nothing is.
 */
export type Batching = 'pad' | 'bucket' | 'variable';

export interface SequenceSourceOptions {
  readonly sequences: readonly Sequence[];
  readonly batch: number; // sequences side by side, at most
  readonly batching: Batching;
  readonly steps: number | 'full'; // how far back a gradient flows
  readonly horizonWeights: ArrayLike<number>;
  readonly random?: Random; // shuffles; without it everything keeps its order
}

/**
 * Whole sequences in batches, each state beginning at zero. Shorter ones are padded before their first step, where the state is
 * zero and stays so (`alive`): every sequence ends with the batch, and its last step is its own. With fewer `steps` than a
 * sequence has, it comes in segments of them, the state carried on.
 */
export class SequenceSource implements BatchSource {
  readonly #options: SequenceSourceOptions;
  readonly #width: number;
  readonly #horizon: number;
  #epoch: RandomState | undefined; // the generator before the order of this epoch was drawn
  #order: readonly (readonly number[])[] = [];
  #at = 0; // the next group of the order
  #segment = 0; // of the group

  /** @throws {RangeError} without sequences. */
  constructor(options: SequenceSourceOptions) {
    const [first] = options.sequences;
    if (!first) throw new RangeError('SequenceSource: no sequences');
    this.#options = options;
    this.#width = first.x.length / first.length;
    this.#horizon = first.target.length / first.length;
    this.#beginEpoch();
  }

  /** Groups of one epoch: batches, when no sequence is cut. */
  get groups(): number {
    return this.#order.length;
  }

  /** Rows of padding over all rows. */
  get paddedShare(): number {
    const { sequences } = this.#options;
    const rows = this.#order.reduce((sum, group) => sum + group.length * this.#stepsOf(group), 0);
    const real = sequences.reduce((sum, { length }) => sum + length, 0);
    return (rows - real) / rows;
  }

  next(): Batch {
    if (this.#at === this.#order.length) this.#beginEpoch();
    const group = this.#order[this.#at];
    const total = this.#stepsOf(group);
    const steps = this.#options.steps === 'full' ? total : this.#options.steps;
    const batch = this.#fill(group, total, this.#segment * steps, steps);
    if (++this.#segment * steps >= total) {
      this.#segment = 0;
      this.#at++;
    }
    return batch;
  }

  save(): { epoch: RandomState | undefined; at: number; segment: number } {
    return { epoch: this.#epoch, at: this.#at, segment: this.#segment };
  }

  load({ epoch, at, segment }: ReturnType<SequenceSource['save']>): void {
    if (epoch && this.#options.random) this.#options.random.state = epoch;
    this.#beginEpoch();
    this.#at = at;
    this.#segment = segment;
  }

  #beginEpoch(): void {
    const { sequences, batch, batching, random } = this.#options;
    this.#epoch = random?.state;
    const order = shuffled(
      sequences.map((_, i) => i),
      random,
    );
    const length = (i: number): number => sequences[i].length;
    if (batching !== 'pad') order.sort((a, b) => length(a) - length(b));
    const groups: number[][] = [];
    for (const i of order) {
      const group = groups.at(-1);
      const fits = group && group.length < batch && (batching !== 'variable' || length(group[0]) === length(i));
      if (fits) group.push(i);
      else groups.push([i]);
    }
    this.#order = batching === 'pad' ? groups : shuffled(groups, random);
    this.#at = 0;
    this.#segment = 0;
  }

  /** The longest of a group, up to whole segments. */
  #stepsOf(group: readonly number[]): number {
    const { sequences, steps } = this.#options;
    const longest = Math.max(...group.map((i) => sequences[i].length));
    return steps === 'full' ? longest : Math.ceil(longest / steps) * steps;
  }

  #fill(group: readonly number[], total: number, from: number, steps: number): Batch {
    const { sequences, horizonWeights } = this.#options;
    const rows = steps * group.length;
    const batch = {
      ...{ steps, batch: group.length },
      x: new Float32Array(rows * this.#width),
      target: new Float32Array(rows * this.#horizon),
      weight: new Float32Array(rows * this.#horizon),
      alive: new Float32Array(rows),
    };
    for (const [b, i] of group.entries()) {
      const sequence = sequences[i];
      const offset = from - (total - sequence.length); // of the segment's first step within the sequence
      for (let t = Math.max(0, -offset); t < steps; t++) {
        const row = t * group.length + b;
        const step = offset + t;
        batch.x.set(sequence.x.subarray(step * this.#width, (step + 1) * this.#width), row * this.#width);
        batch.alive[row] = 1;
        writeTargets(batch, row, sequence, step, horizonWeights);
      }
    }
    const restarted = from === 0 ? 'all' : [];
    if (batch.alive.includes(0)) return { ...batch, restarted };
    const { alive: _, ...whole } = batch;
    return { ...whole, restarted };
  }
}

/** Fisher–Yates on a copy. */
function shuffled<T>(items: readonly T[], random: Random | undefined): T[] {
  const order = [...items];
  if (!random) return order;
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
