import type { Random, RandomState } from '../series/random.js';
import type { Batch, BatchSource } from './batch.js';
import type { Sequence } from './sequence.js';
import { writeTargets } from './writeTargets.js';

export interface StreamSourceOptions {
  readonly sequences: readonly Sequence[];
  readonly steps: number; // of a batch: how far back a gradient flows
  readonly batch: number; // streams side by side
  readonly lookback: number; // steps after which a stream begins anew elsewhere, a multiple of `steps`
  readonly horizonWeights: ArrayLike<number>;
  readonly recency?: number; // ρ ≥ 1: streams begin at x with density ρ·x^(ρ−1), x = 0 being the oldest step, 1 the newest; 1, evenly, when left out
  readonly seriesOf?: readonly number[]; // whose oldest and newest steps those of a sequence are; one series' when left out
  readonly random: Random;
}

interface Stream {
  sequence: number;
  at: number; // steps consumed
  until: number;
}

/**
 * Long series as streams side by side, batch after batch, so that a recurrent state is carried from one batch to the next:
 * truncated back-propagation through time. A stream begins at a random step, and after `lookback` steps, or at the end of its
 * series, makes way for another.
 *
 * @throws {RangeError} when no sequence is `steps` long.
 */
export class StreamSource implements BatchSource {
  readonly #options: StreamSourceOptions;
  readonly #usable: readonly number[];
  readonly #starts: number; // possible first steps, over all usable sequences
  readonly #batch: Omit<Batch, 'restarted'>;
  #streams: Stream[] = [];

  constructor(options: StreamSourceOptions) {
    const { sequences, steps, batch } = options;
    this.#options = options;
    this.#usable = sequences.flatMap(({ length }, i) => (length >= steps ? [i] : []));
    if (this.#usable.length === 0) throw new RangeError(`StreamSource: no sequence has ${steps} steps`);
    this.#starts = this.#usable.reduce((sum, i) => sum + this.#startsOf(i), 0);
    const { length, x, target } = sequences[this.#usable[0]];
    const rows = steps * batch;
    this.#batch = {
      ...{ steps, batch },
      x: new Float32Array((rows * x.length) / length),
      target: new Float32Array((rows * target.length) / length),
      weight: new Float32Array((rows * target.length) / length),
    };
  }

  next(): Batch {
    const { sequences, steps, batch, horizonWeights } = this.#options;
    const { x } = this.#batch;
    const width = x.length / (steps * batch);
    const restarted: number[] = [];
    for (let b = 0; b < batch; b++) {
      if (!this.#streams[b] || this.#streams[b].at + steps > this.#streams[b].until) {
        this.#streams[b] = this.#fresh();
        restarted.push(b);
      }
      const stream = this.#streams[b];
      const sequence = sequences[stream.sequence];
      for (let t = 0; t < steps; t++, stream.at++) {
        const row = t * batch + b;
        x.set(sequence.x.subarray(stream.at * width, (stream.at + 1) * width), row * width);
        writeTargets(this.#batch, row, sequence, stream.at, horizonWeights);
      }
    }
    return { ...this.#batch, restarted: restarted.length === batch ? 'all' : restarted };
  }

  save(): { random: RandomState; streams: readonly Stream[] } {
    return { random: this.#options.random.state, streams: this.#streams.map((stream) => ({ ...stream })) };
  }

  load(state: ReturnType<StreamSource['save']>): void {
    this.#options.random.state = state.random;
    this.#streams = state.streams.map((stream) => ({ ...stream }));
  }

  #startsOf(sequence: number): number {
    return this.#options.sequences[sequence].length - this.#options.steps + 1;
  }

  #fresh(): Stream {
    const { random, recency = 1 } = this.#options;
    if (recency === 1) return this.#streamAt(random.integer(this.#starts), this.#usable);
    const usable = this.#usableOfOne();
    const starts = usable.reduce((sum, i) => sum + this.#startsOf(i), 0);
    return this.#streamAt(Math.floor(random.uniform() ** (1 / recency) * starts), usable);
  }

  /** The sequences of one series, the more often the longer it is. */
  #usableOfOne(): readonly number[] {
    const { seriesOf, random } = this.#options;
    if (!seriesOf || this.#usable.every((i) => seriesOf[i] === seriesOf[this.#usable[0]])) return this.#usable;
    const { sequence } = this.#streamAt(random.integer(this.#starts), this.#usable);
    return this.#usable.filter((i) => seriesOf[i] === seriesOf[sequence]);
  }

  /** The stream that begins at place `at` of the possible first steps of these sequences. */
  #streamAt(at: number, usable: readonly number[]): Stream {
    const { sequences, lookback } = this.#options;
    for (const sequence of usable) {
      if (at < this.#startsOf(sequence)) {
        return { sequence, at, until: Math.min(at + lookback, sequences[sequence].length) };
      }
      at -= this.#startsOf(sequence);
    }
    throw new RangeError('StreamSource: a start beyond the last sequence');
  }
}
