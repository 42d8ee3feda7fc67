import { SeriesFeatures } from '../src/forecast/seriesFeatures.js';
import type { Random, RandomState } from '../src/series/random.js';
import type { Batch, BatchSource } from '../src/training/batch.js';
import { type SyntheticSeries, syntheticSeries } from './synthetic/syntheticSeries.js';

const maxLength = 4500; // three days of minutes
const clip = 10;

export interface StreamsOptions {
  random: Random;
  features: readonly string[];
  horizon: number;
  steps: number; // a window
  batch: number; // series side by side
}

interface Stream {
  readonly born: RandomState; // the generator before its series was drawn
  readonly series: SyntheticSeries;
  readonly features: SeriesFeatures;
  at: number; // ticks consumed
}

interface SavedStreams {
  readonly random: RandomState;
  readonly streams: readonly Pick<Stream, 'born' | 'at'>[];
}

/**
 * Synthetic series side by side, read window after window as the daemon would hear them, so that a recurrent state can be
 * carried from one window to the next. A series that is at its end makes way for a new one.
 *
 * Targets are changes in units of u_h, clipped to ±10; they weigh 1 + 3/h where they are known: the next steps are what is
 * looked at most.
 */
export class TrainingStreams implements BatchSource {
  readonly #options: StreamsOptions;
  readonly #width: number;
  readonly #batch: Omit<Batch, 'restarted'>;
  #streams: Stream[];

  constructor(options: StreamsOptions) {
    const { features, horizon, steps, batch } = options;
    this.#options = options;
    this.#streams = Array.from({ length: batch }, () => this.#fresh());
    this.#width = new SeriesFeatures({ features, horizon }).width;
    this.#batch = {
      ...{ steps, batch },
      x: new Float32Array(steps * batch * this.#width),
      target: new Float32Array(steps * batch * horizon),
      weight: new Float32Array(steps * batch * horizon),
    };
  }

  next(): Batch {
    const { batch, steps, horizon } = this.#options;
    const restarted: number[] = [];
    this.#batch.weight.fill(0);
    this.#batch.target.fill(0);
    for (let b = 0; b < batch; b++) {
      if (this.#streams[b].at + steps + horizon > this.#streams[b].series.values.length)
        this.#streams[b] = this.#fresh();
      if (this.#streams[b].at === 0) restarted.push(b);
      for (let t = 0; t < steps; t++) this.#write(this.#streams[b], t * batch + b);
    }
    return { ...this.#batch, restarted: restarted.length === batch ? 'all' : restarted };
  }

  save(): SavedStreams {
    const streams = this.#streams.map(({ born, at }) => ({ born, at }));
    return { random: this.#options.random.state, streams };
  }

  /** Draws the series again and reads each up to where it stood. */
  load({ random, streams }: SavedStreams): void {
    this.#streams = streams.map(({ born, at }) => {
      this.#options.random.state = born;
      const stream = this.#fresh();
      while (stream.at < at) observeNext(stream);
      return stream;
    });
    this.#options.random.state = random;
  }

  #fresh(): Stream {
    const { random, features, horizon, steps } = this.#options;
    const born = random.state;
    let series = syntheticSeries(random, maxLength);
    while (series.values.length < steps + horizon) series = syntheticSeries(random, maxLength);
    return { born, series, features: new SeriesFeatures({ features, horizon }), at: 0 };
  }

  #write(stream: Stream, row: number): void {
    const { x, target, weight } = this.#batch;
    const { horizon } = this.#options;
    const { series, features } = stream;
    const n = observeNext(stream);
    features.write(x, row * this.#width);
    if (Number.isNaN(features.last)) return;
    for (let h = 1; h <= horizon; h++) {
      const change = (series.values[n + h] - features.last) / features.unit(h);
      if (Number.isNaN(change)) continue;
      target[row * horizon + h - 1] = Math.max(-clip, Math.min(clip, change));
      weight[row * horizon + h - 1] = 1 + 3 / h;
    }
  }
}

/** Has the next tick heard; its number. */
function observeNext(stream: Stream): number {
  const { values, startMs, stepMs } = stream.series;
  const n = stream.at++;
  stream.features.observe({ n, tMs: startMs + n * stepMs, y: values[n], stepMs, missing: 0, restart: false });
  return n;
}
