import { SeriesFeatures } from '../src/forecast/seriesFeatures.js';
import type { Random } from '../src/series/random.js';
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
  readonly series: SyntheticSeries;
  readonly features: SeriesFeatures;
  at: number; // ticks consumed
}

/**
 * Synthetic series side by side, read window after window as the daemon would hear them, so that a recurrent state can be
 * carried from one window to the next. A series that is at its end makes way for a new one.
 */
export class TrainingStreams {
  readonly x: Float32Array; // [steps·batch, width], step-major
  readonly target: Float32Array; // [steps·batch, horizon]: change in units of u_h, clipped to ±10
  readonly weight: Float32Array; // 1 + 3/h where the target is known, else 0: the next steps are what is looked at most
  readonly #options: StreamsOptions;
  readonly #width: number;
  readonly #streams: Stream[];

  constructor(options: StreamsOptions) {
    const { features, horizon, steps, batch } = options;
    this.#options = options;
    this.#streams = Array.from({ length: batch }, () => this.#fresh());
    this.#width = new SeriesFeatures({ features, horizon }).width;
    this.x = new Float32Array(steps * batch * this.#width);
    this.target = new Float32Array(steps * batch * horizon);
    this.weight = new Float32Array(steps * batch * horizon);
  }

  /** Fills the next window. Returns the streams that began anew: their states are to be cleared before it. */
  next(): number[] {
    const { batch, steps, horizon } = this.#options;
    const renewed: number[] = [];
    this.weight.fill(0);
    this.target.fill(0);
    for (let b = 0; b < batch; b++) {
      const stream = this.#streams[b];
      if (stream.at + steps + horizon > stream.series.values.length) {
        this.#streams[b] = this.#fresh();
        renewed.push(b);
      }
      for (let t = 0; t < steps; t++) this.#write(this.#streams[b], t * batch + b);
    }
    return renewed;
  }

  #fresh(): Stream {
    const { random, features, horizon, steps } = this.#options;
    let series = syntheticSeries(random, maxLength);
    while (series.values.length < steps + horizon) series = syntheticSeries(random, maxLength);
    return { series, features: new SeriesFeatures({ features, horizon }), at: 0 };
  }

  #write(stream: Stream, row: number): void {
    const { series, features } = stream;
    const { horizon } = this.#options;
    const { values, startMs, stepMs } = series;
    const n = stream.at++;
    features.observe({ n, tMs: startMs + n * stepMs, y: values[n], stepMs, missing: 0, restart: false });
    features.write(this.x, row * this.#width);
    if (Number.isNaN(features.last)) return;
    for (let h = 1; h <= horizon; h++) {
      const change = (values[n + h] - features.last) / features.unit(h);
      if (Number.isNaN(change)) continue;
      this.target[row * horizon + h - 1] = Math.max(-clip, Math.min(clip, change));
      this.weight[row * horizon + h - 1] = 1 + 3 / h;
    }
  }
}
