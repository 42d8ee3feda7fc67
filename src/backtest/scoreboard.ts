import { type ExpertName, SeriesForecaster } from '../forecast/seriesForecaster.js';
import { HorizonScore } from '../metrics/horizonScore.js';
import { LocalCoverage } from '../metrics/localCoverage.js';
import type { Forecast, ForecastSink } from '../pipeline/ports.js';
import { seasonOf } from '../series/season.js';

/** Which part of a series is scored, by the number of its step. */
export interface ScoredRange {
  readonly firstTarget: number; // the first scored forecast is issued one step before it
  readonly end: number; // no target at or after it; a forecast is scored only when its whole horizon lies before
}

/** What the series' own experts and their blend are scored as, beside persistence and seasonal naive. */
export const scoredExperts = ['holtwinters', 'linear', 'season-linear', 'week-linear', 'blend', 'blend-mean'] as const;
export type ScoredExpert = (typeof scoredExperts)[number];

interface Waiting {
  readonly tick: number;
  readonly last: number;
  readonly seasonal: Float64Array; // what seasonal naive said, a horizon step
  readonly levels: readonly number[];
  readonly values: Float64Array;
  readonly mean: Float64Array; // [horizon]
  readonly experts: Float64Array; // [scoredExperts, horizon]
  readonly blend: Float64Array; // [horizon, levels]
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
  #forecaster: SeriesForecaster | undefined;
  #lastTick = -1;

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

  take({ tick, tMs, last, stepMs, levels, values, mean }: Forecast): void {
    this.season = this.#fixedSeason || seasonOf(stepMs);
    this.#values.set(tick, last);
    this.#score(tick, last);
    const forecaster = (this.#forecaster ??= new SeriesForecaster({
      ...{ horizon: this.#horizon, levels, season: this.#fixedSeason },
    }));
    const missing = tick - this.#lastTick - 1;
    this.#lastTick = tick;
    forecaster.learnOne({ n: tick, tMs, y: last, stepMs, stepIsGuess: tick < 4, missing, restart: tick === 0 });
    const isScored = tick >= this.#range.firstTarget - 1 && tick + this.#horizon < this.#range.end;
    if (!isScored) return;
    const { experts, blend } = this.#askExperts(forecaster, levels.length);
    const seasonal = this.#seasonalNaive(tick, last);
    this.#waiting.push({ tick, last, seasonal, levels, values, mean, experts, blend });
  }

  #askExperts(forecaster: SeriesForecaster, levels: number): Pick<Waiting, 'experts' | 'blend'> {
    const experts = new Float64Array(scoredExperts.length * this.#horizon);
    for (const [e, name] of scoredExperts.entries()) {
      if (name === 'blend') forecaster.median(experts, e * this.#horizon);
      else if (name === 'blend-mean') forecaster.mean(experts, e * this.#horizon);
      else forecaster.expert(name satisfies ExpertName, experts, e * this.#horizon);
    }
    const blend = new Float64Array(levels * this.#horizon);
    forecaster.forecast(blend);
    return { experts, blend };
  }

  #score(tick: number, actual: number): void {
    this.#waiting = this.#waiting.filter((issued) => issued.tick + this.#horizon >= tick);
    for (const { tick: issuedAt, last, seasonal, levels, values, mean, experts, blend } of this.#waiting) {
      const h = tick - issuedAt;
      if (h < 1) continue;
      const at = (h - 1) * levels.length;
      this.model.addPoint(h, values[at + (levels.length >> 1)], actual, mean[h - 1]);
      this.model.addQuantiles(h, levels, values, at, actual);
      if (h === 1) this.#addLocal(levels, values, actual);
      this.persistence.addPoint(h, last, actual);
      this.seasonal.addPoint(h, seasonal[h - 1], actual);
      for (const [e, name] of scoredExperts.entries())
        this.experts[name].addPoint(h, experts[e * this.#horizon + h - 1], actual);
      this.experts.blend.addQuantiles(h, levels, blend, at, actual);
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

/** A sink that hands each forecast to the scoreboard of its series. */
export const scoringSink = (boards: ReadonlyMap<string, Scoreboard>): ForecastSink => ({
  publish: (forecasts) => {
    for (const forecast of forecasts) boards.get(forecast.seriesId)?.take(forecast);
  },
  gaps: () => {},
});
