import { weighedNames, weighedSteps } from '../forecast/blendWeights.js';
import type { ExpertName } from '../forecast/expertNames.js';
import type { SeriesForecaster } from '../forecast/seriesForecaster.js';
import { HorizonScore } from '../metrics/horizonScore.js';
import { LocalCoverage } from '../metrics/localCoverage.js';
import { WeightSums } from '../metrics/meanWeights.js';
import type { Forecast } from '../pipeline/ports.js';
import { seasonOf } from '../series/season.js';

/** Which part of a series is scored, by the number of its row. */
export interface ScoredRange {
  readonly firstTarget: number; // the first scored forecast is issued one row before it
  readonly end: number; // no target at or after it; a forecast is scored only when its whole horizon lies before
}

/** What the series' own experts and their blend are scored as, beside persistence and seasonal naive. */
export const scoredExperts = ['holtwinters', 'linear', 'season-linear', 'week-linear', 'blend', 'blend-mean'] as const;
export type ScoredExpert = (typeof scoredExperts)[number];

/** What is asked of a forecaster beside what it published. */
export type Asked = Pick<SeriesForecaster, 'horizon' | 'mean' | 'withoutNetwork' | 'expert' | 'weights'>;

/** A target as it came, and what had been said of it. */
export interface ShownTarget {
  readonly tMs: number;
  readonly actual: number;
  readonly low: number; // the outermost levels
  readonly median: number;
  readonly high: number;
}

interface Waiting {
  readonly tick: number;
  readonly last: number;
  readonly seasonal: Float64Array; // what seasonal naive said, a horizon step
  readonly levels: readonly number[];
  readonly values: Float64Array;
  readonly mean: Float64Array; // by horizon step
  readonly experts: readonly Float64Array[]; // by scoredExperts, then horizon step
}

const shownTargets = 240; // the newest of a step

/** Scores the forecasts of one series as the values come in, beside persistence and seasonal naive, on the same targets. */
export class Scoreboard {
  readonly model: HorizonScore;
  readonly persistence: HorizonScore;
  readonly seasonal: HorizonScore;
  readonly experts: Readonly<Record<ScoredExpert, HorizonScore>>;
  readonly weights: WeightSums; // of the scored forecasts
  readonly shown: ReadonlyMap<number, ShownTarget[]>; // the newest targets, by step: the first and the last of the horizon
  localCoverage: LocalCoverage | undefined; // of the model's outermost levels, one step ahead
  season = 0;
  readonly #horizon: number;
  readonly #range: ScoredRange;
  readonly #fixedSeason: number;
  readonly #values = new Map<number, number>(); // by step, as far back as seasonal naive looks
  readonly #weights: Float64Array;
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
    this.weights = new WeightSums({ experts: weighedNames, weighedSteps: weighedSteps(horizon) });
    this.#weights = new Float64Array(this.weights.form.weighedSteps.length * weighedNames.length);
    this.shown = new Map([1, horizon].map((h) => [h, []]));
  }

  get nominal(): number {
    return this.localCoverage?.nominal ?? Number.NaN;
  }

  /**
   * @param forecaster where it stood when it issued the forecast.
   * @param row the row of the table it was issued at.
   */
  take({ tick, tMs, last, stepMs, levels, values }: Forecast, forecaster: Asked, row: number): void {
    this.season = this.#fixedSeason || seasonOf(stepMs);
    this.#remember(tick, last);
    this.#score(tick, tMs, last);
    const isScored = row >= this.#range.firstTarget - 1 && row + this.#horizon < this.#range.end;
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
    for (const [s, h] of this.weights.form.weighedSteps.entries())
      forecaster.weights(h, this.#weights, s * weighedNames.length);
    this.weights.add(this.#weights);
    this.#waiting.push({ tick, last, seasonal: this.#seasonalNaive(tick, last), levels, values, mean, experts });
  }

  #score(tick: number, tMs: number, actual: number): void {
    this.#waiting = this.#waiting.filter((issued) => issued.tick + this.#horizon >= tick);
    for (const { tick: issuedAt, last, seasonal, levels, values, mean, experts } of this.#waiting) {
      const h = tick - issuedAt;
      if (h < 1) continue;
      const at = (h - 1) * levels.length;
      const [low, median, high] = [values[at], values[at + (levels.length >> 1)], values[at + levels.length - 1]];
      this.model.addPoint(h, median, actual, mean[h - 1]);
      this.model.addQuantiles(h, levels, values, at, actual);
      if (h === 1) this.#addLocal(levels, low <= actual && actual <= high);
      this.#show(h, { tMs, actual, low, median, high });
      this.persistence.addPoint(h, last, actual);
      this.seasonal.addPoint(h, seasonal[h - 1], actual);
      for (const [e, name] of scoredExperts.entries()) this.experts[name].addPoint(h, experts[e][h - 1], actual);
    }
  }

  #addLocal(levels: readonly number[], isInside: boolean): void {
    const local = (this.localCoverage ??= new LocalCoverage(levels[levels.length - 1] - levels[0]));
    local.add(isInside);
  }

  #show(h: number, target: ShownTarget): void {
    const targets = this.shown.get(h);
    if (!targets) return;
    targets.push(target);
    if (targets.length > shownTargets) targets.shift();
  }

  #remember(tick: number, value: number): void {
    this.#values.set(tick, value);
    const oldest = tick - this.season * Math.ceil(this.#horizon / Math.max(1, this.season)) - this.#horizon;
    for (const known of this.#values.keys()) {
      if (known >= oldest) break;
      this.#values.delete(known);
    }
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
