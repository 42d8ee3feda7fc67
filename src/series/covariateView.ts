import type { KnownValues } from './knownValues.js';
import type { Covariate, CovariateValue, Tick } from './types.js';

const shortestHoldMs = 2 * 86_400_000;
const holdSteps = 24;
const unknown: CovariateValue = { now: Number.NaN };

export interface CovariateViewOptions {
  readonly covariates: readonly Pick<Covariate, 'series' | 'known'>[];
  readonly horizon: number; // steps
  readonly cadenceMs: number; // 0: every reading is one step
  /** What is known of a series; undefined for one that tells nothing. */
  readonly knownOf: (series: string) => KnownValues | undefined;
}

/**
 * What one series is told of others. With T the time of a tick (on a grid the end of its slot), a covariate is its newest value known
 * in that moment whose time is not after T; one known ahead is that for T + h·step, too. A value holds for two days, or 24 steps where
 * that is longer; then it is missing.
 */
export class CovariateView {
  readonly #options: CovariateViewOptions;

  constructor(options: CovariateViewOptions) {
    this.#options = options;
  }

  /** The tick with what is known now. */
  tell(tick: Tick): Tick {
    const { covariates, horizon, cadenceMs, knownOf } = this.#options;
    const { tMs, stepMs, stepIsGuess = false } = tick;
    const nowMs = cadenceMs > 0 ? tMs + stepMs - 1 : tMs;
    const heldMs = Math.max(shortestHoldMs, holdSteps * stepMs);
    const told = covariates.map(({ series, known }): CovariateValue => {
      const values = knownOf(series);
      if (!values) return unknown;
      const now = values.at(nowMs, heldMs);
      if (known === 'past') return { now };
      const ahead = new Float64Array(horizon).fill(Number.NaN);
      if (!stepIsGuess) for (let h = 1; h <= horizon; h++) ahead[h - 1] = values.at(nowMs + h * stepMs, heldMs);
      return { now, ahead };
    });
    return { ...tick, covariates: told };
  }
}
