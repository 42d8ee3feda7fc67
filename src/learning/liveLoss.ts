import { medianIndex } from '../forecast/forecastWriter.js';
import type { SeriesForecaster } from '../forecast/seriesForecaster.js';
import type { Forecast } from '../pipeline/ports.js';
import { DriftWatch } from './driftWatch.js';

/** How far the forecasts of one series have come, and since when they err more than they used to. */
export class LiveLoss {
  readonly #watch = new DriftWatch();
  #tick = Number.NaN; // its newest
  #next = Number.NaN; // forecast for the tick after
  #driftTick: number | undefined;
  #driftLearnedAt = 0;

  get tick(): number {
    return this.#tick;
  }

  /** Steps since the loss was last found to have risen for good; undefined when it never was, or that is settled. */
  get ticksSinceDrift(): number | undefined {
    return this.#driftTick === undefined ? undefined : this.#tick - this.#driftTick;
  }

  /** How many of them there were at the last fine-tune, 0: there was none. */
  get driftLearnedAt(): number {
    return this.#driftLearnedAt;
  }

  /** A forecast as it is issued. @param forecaster where it stood then. */
  hear({ tick, last, values, levels }: Forecast, forecaster: Pick<SeriesForecaster, 'baseUnit'>): void {
    const follows = tick === this.#tick + 1;
    this.#tick = tick;
    if (follows && this.#watch.add(Math.abs(last - this.#next) / forecaster.baseUnit(1))) {
      if (this.#driftTick === undefined || this.#driftLearnedAt > 0) this.#driftTick = tick; // else both tell of the same one
      this.#driftLearnedAt = 0;
    }
    this.#next = values[medianIndex(levels)];
  }

  /** A fine-tune has ended. A drift of more than `settledAfter` steps ago is over with it: what is new is most of what there is. */
  learned(settledAfter: number): void {
    this.#driftLearnedAt = this.ticksSinceDrift ?? 0;
    if (this.#driftLearnedAt >= settledAfter) this.#driftTick = undefined;
  }
}
