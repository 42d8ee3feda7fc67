import type { SeriesPast } from '../series/seriesPast.js';
import type { Forecaster } from './forecaster.js';

/** Everything stays as it is: ŷ(t+h) = y(t), the last value seen. Keeps no state of its own. */
export class Persistence implements Forecaster {
  readonly horizon: number;
  readonly #past: SeriesPast;

  constructor({ horizon, past }: { horizon: number; past: SeriesPast }) {
    this.horizon = horizon;
    this.#past = past;
  }

  learnOne(): void {}

  forecast(out: Float64Array, at: number): void {
    out.fill(this.#past.last, at, at + this.horizon);
  }

  save(): void {}

  load(): void {}
}
