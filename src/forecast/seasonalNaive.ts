import type { SeriesPast } from '../series/seriesPast.js';
import type { Forecaster } from './forecaster.js';

/**
 * Everything comes again: ŷ(t+h) = y(t + h − p·⌈h/p⌉), the value one season before the target; the last value where that is not
 * known or there is no season. `season` picks the season of the series or its week. Keeps no state of its own.
 */
export class SeasonalNaive implements Forecaster {
  readonly horizon: number;
  readonly #past: SeriesPast;
  readonly #which: 'season' | 'week';

  constructor({ horizon, past, season = 'season' }: { horizon: number; past: SeriesPast; season?: 'season' | 'week' }) {
    this.horizon = horizon;
    this.#past = past;
    this.#which = season;
  }

  learnOne(): void {}

  forecast(out: Float64Array, at: number): void {
    const { last, values } = this.#past;
    const period = this.#past[this.#which] || this.#past.season;
    for (let h = 1; h <= this.horizon; h++) {
      const before = period > 0 ? values.back(period * Math.ceil(h / period) - h) : last;
      out[at + h - 1] = Number.isNaN(before) ? last : before;
    }
  }

  save(): void {}

  load(): void {}
}
