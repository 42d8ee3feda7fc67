import { dayPhase, weekPhase } from '../series/calendar.js';
import { History } from '../series/history.js';
import { seasonOf } from '../series/season.js';
import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { Tick } from '../series/types.js';
import type { ExpertView } from './expertView.js';
import { featureWidth, knownFeature, outsideName } from './features.js';
import { OutsideColumns, type OutsideColumnsOptions } from './outsideColumns.js';

const memory = 1000; // steps the running means look back on
const clip = 10;

export interface SeriesFeaturesOptions extends OutsideColumnsOptions {
  season?: number; // steps, 0 or absent = found from the width of a step
}

/**
 * What a step model is told of one series, and the units of what it answers. Causal: everything comes from the ticks
 * observed so far, and from them alone.
 *
 *     m, s   running mean and standard deviation of y
 *     u_h    running mean of |y(t) − y(t−h)|, h = 1…horizon: the error of persistence at each horizon
 *     value  = (y − m) / s        diff = (y − y(t−1)) / u_1        season_h = (y(t+h−season) − y) / u_h
 *     error  = the blend's last error, in units of its usual one
 *     linear_h, holtwinters_h, blend_h = (that forecast for t+h − y) / u_h
 *
 * `covariate.NAME` and `static.NAME`: OutsideColumns. A running mean gives its nth term the weight max(1/n, 1/1000). Columns are clipped to ±10; 0 where nothing is known.
 */
export class SeriesFeatures {
  readonly width: number;
  readonly horizon: number;
  readonly #features: readonly string[];
  readonly #outside: OutsideColumns | undefined;
  readonly #fixedSeason: number;
  readonly #history: History;
  readonly #units: Float64Array; // u_h before its floor
  readonly #counts: Float64Array; // pairs seen a horizon
  #count = 0;
  #mean = 0;
  #variance = 0;
  #last = Number.NaN;
  #diff = 0;
  #isMissing = 0;
  #missing = 0;
  #tMs = 0;
  #season = 0;

  /** @throws {RangeError} for an unknown feature or a horizon that is no positive integer. */
  constructor({ season = 0, ...options }: SeriesFeaturesOptions) {
    const { features, horizon } = options;
    if (!Number.isInteger(horizon) || horizon < 1)
      throw new RangeError(`SeriesFeatures: horizon must be a positive integer, got ${horizon}`);
    for (const name of features)
      if (!knownFeature(name)) throw new RangeError(`SeriesFeatures: unknown feature ${name}`);
    this.#features = features;
    this.#fixedSeason = season;
    this.#outside = features.some(outsideName) ? new OutsideColumns(options) : undefined;
    this.width = featureWidth(features, horizon, options.covariates);
    this.horizon = horizon;
    this.#history = new History(Math.max(horizon, season) + 1);
    this.#units = new Float64Array(horizon);
    this.#counts = new Float64Array(horizon);
  }

  /** Takes in one tick. O(horizon), plus the skipped steps. */
  observe(tick: Tick): void {
    this.#season = this.#fixedSeason || (tick.stepIsGuess ? 0 : seasonOf(tick.stepMs));
    this.#history.grow(this.#season + 1);
    if (tick.missing > 0) this.#history.skip(tick.missing);
    this.#outside?.observe(tick);
    this.#tMs = tick.tMs;
    this.#history.push(tick.y);
    this.#missing = tick.missing + (this.#isMissing === 1 ? this.#missing + 1 : 0);
    if (Number.isNaN(tick.y)) {
      this.#isMissing = 1;
      this.#diff = 0;
      return;
    }
    this.#isMissing = 0;
    this.#learnScale(tick.y);
    this.#diff = Number.isNaN(this.#last) ? 0 : tick.y - this.#last;
    this.#last = tick.y;
  }

  /** Writes one row of x at `offset`. Changes nothing. @throws {TypeError} for a feature of the experts without them. */
  write(x: Float32Array, offset: number, experts?: ExpertView): void {
    let at = offset;
    for (const name of this.#features) {
      if (name === 'season') {
        for (let h = 1; h <= this.horizon; h++) x[at++] = this.#seasonColumn(h);
      } else if (name === 'linear' || name === 'holtwinters') {
        const view = known(experts, name);
        const said = new Float64Array(view.horizon);
        view.expert(name, said, 0);
        for (let h = 1; h <= this.horizon; h++) x[at++] = this.#change(said[h - 1], h);
      } else if (name === 'blend') {
        const view = known(experts, name);
        for (let h = 1; h <= this.horizon; h++) x[at++] = this.#change(view.base(h), h);
      } else if (name === 'error') {
        x[at++] = clipped(known(experts, name).lastError || 0);
      } else if (this.#outside && outsideName(name)) {
        at = this.#outside.write(name, x, at);
      } else {
        x[at++] = this.#column(name);
      }
    }
  }

  /** The last observed value, NaN before the first. */
  get last(): number {
    return this.#last;
  }

  /** Steps in a season, 0 when none is known. */
  get season(): number {
    return this.#season;
  }

  /** Running mean of y. */
  get level(): number {
    return this.#mean;
  }

  /** Running standard deviation of y, never 0. */
  get spread(): number {
    return Math.max(Math.sqrt(this.#variance), this.#floor());
  }

  /** u_h, in the unit of the series, never 0. While no pair h apart was seen, the nearest shorter one scaled by the square root of time. */
  unit(h: number): number {
    let known = h;
    while (known > 1 && this.#counts[known - 1] === 0) known--;
    const longer = known === h ? 1 : Math.sqrt(h / known);
    return Math.max(this.#units[known - 1] * longer, this.#floor());
  }

  save(writer: SnapshotWriter): void {
    for (const value of [this.#count, this.#mean, this.#variance, this.#last, this.#diff]) writer.f64(value);
    for (const value of [this.#isMissing, this.#missing, this.#tMs, this.#season]) writer.f64(value);
    writer.f64s(this.#units);
    writer.f64s(this.#counts);
    this.#history.save(writer);
    this.#outside?.save(writer);
  }

  load(reader: SnapshotReader): void {
    this.#count = reader.f64();
    this.#mean = reader.f64();
    this.#variance = reader.f64();
    this.#last = reader.f64();
    this.#diff = reader.f64();
    this.#isMissing = reader.f64();
    this.#missing = reader.f64();
    this.#tMs = reader.f64();
    this.#season = reader.f64();
    this.#units.set(reader.f64s());
    this.#counts.set(reader.f64s());
    this.#history.load(reader);
    this.#outside?.load(reader);
  }

  #learnScale(y: number): void {
    const weight = 1 / Math.min(++this.#count, memory);
    const delta = y - this.#mean;
    this.#mean += weight * delta;
    const square = Math.min(delta * (y - this.#mean), Number.MAX_VALUE); // beyond 1e154 a square is infinite
    this.#variance += weight * (square - this.#variance);
    for (let h = 1; h <= this.horizon; h++) {
      const change = Math.abs(y - this.#history.back(h));
      if (Number.isNaN(change)) continue;
      const pairs = Math.min(this.#counts[h - 1] + 1, memory);
      this.#counts[h - 1] = pairs;
      this.#units[h - 1] += (change - this.#units[h - 1]) / pairs;
    }
  }

  #column(name: string): number {
    switch (name) {
      case 'value':
        return this.#count === 0 ? 0 : clipped((this.#last - this.#mean) / this.spread);
      case 'diff':
        return clipped(this.#diff / this.unit(1));
      case 'missing':
        return this.#isMissing;
      case 'elapsed':
        return Math.log1p(this.#missing);
      case 'day.sin':
        return Math.sin(2 * Math.PI * dayPhase(this.#tMs));
      case 'day.cos':
        return Math.cos(2 * Math.PI * dayPhase(this.#tMs));
      case 'week.sin':
        return Math.sin(2 * Math.PI * weekPhase(this.#tMs));
      case 'week.cos':
        return Math.cos(2 * Math.PI * weekPhase(this.#tMs));
      default:
        return weekPhase(this.#tMs) >= 5 / 7 ? 1 : 0; // weekend
    }
  }

  #seasonColumn(h: number): number {
    if (this.#season === 0) return 0;
    return this.#change(this.#history.back(this.#season * Math.ceil(h / this.#season) - h), h);
  }

  #change(value: number, h: number): number {
    const change = value - this.#last;
    return Number.isNaN(change) ? 0 : clipped(change / this.unit(h));
  }

  #floor(): number {
    return 1e-9 + 1e-6 * Math.abs(this.#mean);
  }
}

function known(experts: ExpertView | undefined, name: string): ExpertView {
  if (!experts) throw new TypeError(`SeriesFeatures: feature ${name} needs the experts`);
  return experts;
}

const clipped = (value: number): number => Math.min(clip, Math.max(-clip, value));
