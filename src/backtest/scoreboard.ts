import type { ExpertName } from '../forecast/expertNames.js';
import type { SeriesForecaster } from '../forecast/seriesForecaster.js';
import { HorizonScore } from '../metrics/horizonScore.js';
import { LocalCoverage } from '../metrics/localCoverage.js';
import type { Forecast } from '../pipeline/ports.js';
import { seasonOf } from '../series/season.js';

/** Which part of a series is scored, by the number of its step. */
export interface ScoredRange {
  readonly firstTarget: number; // the first scored forecast is issued one step before it
  readonly end: number; // no target at or after it; a forecast is scored only when its whole horizon lies before
}

/** What the series' own experts and their blend are scored as, beside persistence and seasonal naive. */
export const scoredExperts = ['holtwinters', 'linear', 'season-linear', 'week-linear', 'blend', 'blend-mean'] as const;
export type ScoredExpert = (typeof scoredExperts)[number];

/** What is asked of a forecaster beside what it published. */
export type Asked = Pick<SeriesForecaster, 'horizon' | 'mean' | 'withoutNetwork' | 'expert'>;

interface Waiting {
  readonly tick: number;
  readonly last: number;
  readonly seasonal: Float64Array; // what seasonal naive said, a horizon step
  readonly levels: readonly number[];
  readonly values: Float64Array;
  readonly mean: Float64Array; // by horizon step
  readonly experts: readonly Float64Array[]; // by scoredExperts, then horizon step
}

/** Scores the forecasts of one series as the values come in, beside persistence and seasonal naive, on the same targets. */
export class Scoreboard {
  readonly model: HorizonScore;
  readonly persistence: HorizonScore;
  readonly seasonal: HorizonScore;
  readonly experts: Readonly<Record<ScoredExpert, HorizonScore>>;
  localCoverage: LocalCoverage | undefined; // of the model's outermost levels, one step ahead
  season = 0;
  readonly #horizon: number;
  readonly #range: ScoredRange;
  readonly #fixedSeason: number;
  readonly #values = new Map<number, number>(); // by step
  #waiting: Waiting[] = [];

  constructor({ horizon, range, season }: { horizon: number; range: ScoredRange; season: number }) {
    this.#horizon = horizon;
    this.#range = range;
    this.#fixedSeason = season;
    this.model = new HorizonScore(horizon);
    this.persistence = new HorizonScore(horizon);
    this.seasonal = new HorizonScore(horizon);
    const scores = scoredExperts.map((name) => [name, new HorizonScore(horizon)] as const);
    this.experts = Object.fromEntries(scores) as Record<ScoredExpert, HorizonScore>;
  }

  /** @param forecaster where it stood when it issued the forecast. */
  take({ tick, last, stepMs, levels, values }: Forecast, forecaster: Asked): void {
    this.season = this.#fixedSeason || seasonOf(stepMs);
    this.#values.set(tick, last);
    this.#score(tick, last);
    const isScored = tick >= this.#range.firstTarget - 1 && tick + this.#horizon < this.#range.end;
    if (!isScored) return;
    const room = (): Float64Array => new Float64Array(forecaster.horizon);
    const mean = room();
    forecaster.mean(mean, 0);
    const experts = scoredExperts.map((name) => {
      const said = room();
      if (name === 'blend') forecaster.withoutNetwork('median', said, 0);
      else if (name === 'blend-mean') forecaster.withoutNetwork('mean', said, 0);
      else forecaster.expert(name satisfies ExpertName, said, 0);
      return said;
    });
    this.#waiting.push({ tick, last, seasonal: this.#seasonalNaive(tick, last), levels, values, mean, experts });
  }

  #score(tick: number, actual: number): void {
    this.#waiting = this.#waiting.filter((issued) => issued.tick + this.#horizon >= tick);
    for (const { tick: issuedAt, last, seasonal, levels, values, mean, experts } of this.#waiting) {
      const h = tick - issuedAt;
      if (h < 1) continue;
      const at = (h - 1) * levels.length;
      this.model.addPoint(h, values[at + (levels.length >> 1)], actual, mean[h - 1]);
      this.model.addQuantiles(h, levels, values, at, actual);
      if (h === 1) this.#addLocal(levels, values, actual);
      this.persistence.addPoint(h, last, actual);
      this.seasonal.addPoint(h, seasonal[h - 1], actual);
      for (const [e, name] of scoredExperts.entries()) this.experts[name].addPoint(h, experts[e][h - 1], actual);
    }
  }

  #addLocal(levels: readonly number[], values: Float64Array, actual: number): void {
    const outer = levels.length - 1;
    const local = (this.localCoverage ??= new LocalCoverage(levels[outer] - levels[0]));
    local.add(actual >= values[0] && actual <= values[outer]);
  }

  /** The value one season before each target; the last value where that is missing. */
  #seasonalNaive(tick: number, last: number): Float64Array {
    return Float64Array.from({ length: this.#horizon }, (_, i) => {
      const h = i + 1;
      if (this.season === 0) return last;
      return this.#values.get(tick + h - this.season * Math.ceil(h / this.season)) ?? last;
    });
  }
}
