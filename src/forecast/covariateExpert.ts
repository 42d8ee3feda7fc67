import { narrow } from '../series/bounded.js';
import { History } from '../series/history.js';
import type { SeriesPast } from '../series/seriesPast.js';
import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { Covariate, CovariateValue, Tick } from '../series/types.js';
import { CovariateScale } from './covariateScale.js';
import { type LearnedSteps, learnedSteps } from './learnedSteps.js';
import { SmallLeastSquares } from './smallLeastSquares.js';
import { UnitKeeper } from './unitKeeper.js';
import { WaitingRows } from './waitingRows.js';

const each = 3; // regressors a covariate
const largest = 10; // of a regressor
const unknown: CovariateValue = { now: Number.NaN };

export interface CovariateExpertOptions {
  readonly horizon: number; // steps
  readonly past: SeriesPast;
  readonly covariates: readonly Pick<Covariate, 'name'>[];
}

/**
 * What other series say about the errors of the blend: b being its median, s the spread of the series, with c, its running mean m and
 * deviation d of each covariate and p the season,
 *
 *     ŷ(t+h) = b(t+h) + s·w_h·x_h(t)
 *     x_h: 1 and, known up to now:  (c(t) − m)/d      (c(t) − c(t−1))/d      (c(t) − c(t−p))/d
 *                     known ahead:  (c(t+h) − m)/d    (c(t+h) − c(t))/d      (c(t+h) − c(t+h−p⌈h/p⌉))/d
 *
 * w_h by recursive least squares on (y(t+h) − b(t+h))/s when y(t+h) arrives (SmallLeastSquares), at the learned steps; between two of them
 * it lies on the line between the two. It starts as the blend itself. What is not known counts as 0.
 */
export class CovariateExpert {
  readonly #past: SeriesPast;
  readonly #learned: LearnedSteps;
  readonly #covariates: readonly { readonly scale: CovariateScale; readonly history: History }[];
  readonly #waiting: WaitingRows; // b as distance from the anchor of the series, then x
  readonly #squares: SmallLeastSquares;
  readonly #unit = new UnitKeeper();
  readonly #answers: Float64Array; // by h − 1
  readonly #x: Float64Array;

  constructor({ horizon, past, covariates }: CovariateExpertOptions) {
    const width = 1 + each * covariates.length;
    this.#past = past;
    this.#learned = learnedSteps(horizon);
    this.#covariates = covariates.map(() => ({ scale: new CovariateScale(), history: new History(2) }));
    this.#waiting = new WaitingRows(this.#learned.steps, 1 + width);
    const problems = this.#learned.steps.length;
    this.#squares = new SmallLeastSquares({ width, problems, forgetting: 0.9995, ridge: 10, clip: 3 });
    this.#answers = new Float64Array(horizon).fill(Number.NaN);
    this.#x = new Float64Array(width);
  }

  /** Learns from a tick, after the past of the series has, and answers for it. `base` is what the blend says now, by h − 1. */
  learnOne({ y, missing, restart, covariates }: Tick, base: Float64Array): void {
    const { season, spread, count, isMissing } = this.#past;
    this.#waiting.advance(missing);
    if (restart) this.#waiting.clear();
    for (const [i, { scale, history }] of this.#covariates.entries()) {
      const { now } = covariates?.[i] ?? unknown;
      scale.learn(now);
      history.grow(season + 2);
      history.skip(missing);
      history.push(now);
    }
    this.#learn(y);
    if (count > 0) {
      const ratio = this.#unit.follow(spread);
      if (ratio !== 1) this.#squares.rescale(ratio);
    }
    this.#answers.set(base);
    if (!isMissing) this.#answer(covariates ?? [], base);
  }

  /** The forecast from the last tick, `out[at + h − 1]`. */
  forecast(out: Float64Array, at: number): void {
    out.set(this.#answers, at);
  }

  save(writer: SnapshotWriter): void {
    for (const { scale, history } of this.#covariates) {
      scale.save(writer);
      history.save(writer);
    }
    writer.f64(this.#unit.value);
    this.#waiting.save(writer);
    this.#squares.save(writer);
  }

  load(reader: SnapshotReader): void {
    for (const { scale, history } of this.#covariates) {
      scale.load(reader);
      history.load(reader);
    }
    this.#unit.value = reader.f64();
    this.#waiting.load(reader);
    this.#squares.load(reader);
  }

  #learn(y: number): void {
    const { data } = this.#waiting;
    const actual = y - this.#past.values.anchor;
    for (let r = 0; r < this.#learned.steps.length; r++) {
      const row = this.#waiting.due(r);
      if (row < 0) continue;
      const error = (actual - data[row]) / this.#unit.value;
      if (!Number.isNaN(error)) this.#squares.learn(r, data, row + 1, error);
      this.#waiting.empty(row);
    }
  }

  #answer(covariates: readonly CovariateValue[], base: Float64Array): void {
    const { steps, rowOf, share, horizon } = this.#learned;
    const { anchor } = this.#past.values;
    const { data } = this.#waiting;
    const x = this.#x;
    for (let h = 1; h <= horizon; h++) {
      this.#write(covariates, h);
      const r = rowOf[h - 1];
      const near = this.#squares.answer(r, x, 0);
      const error = share[h - 1] === 0 ? near : near + share[h - 1] * (this.#squares.answer(r + 1, x, 0) - near);
      this.#answers[h - 1] = this.#past.plausible(base[h - 1] + this.#unit.value * error);
      const row = steps[r] === h ? this.#waiting.slot(r) : -1;
      if (row < 0) continue;
      data[row] = narrow(base[h - 1] - anchor);
      data.set(x, row + 1);
    }
  }

  /** Writes x_h. */
  #write(covariates: readonly CovariateValue[], h: number): void {
    const { season } = this.#past;
    const x = this.#x;
    let at = 0;
    x[at++] = 1;
    for (const [i, { scale, history }] of this.#covariates.entries()) {
      const { now, ahead } = covariates[i] ?? unknown;
      const value = ahead ? (ahead[h - 1] ?? Number.NaN) : now;
      const before = ahead ? now : history.back(1);
      const back = ahead ? season * Math.ceil(h / season) - h : season;
      x[at++] = limited(scale.scaled(value));
      x[at++] = limited(scale.inUnits(value - before));
      x[at++] = season > 0 ? limited(scale.inUnits(value - history.back(back))) : 0;
    }
  }
}

const limited = (value: number): number => Math.min(largest, Math.max(-largest, value));
