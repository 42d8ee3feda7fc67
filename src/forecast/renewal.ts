import { PageHinkley, sharpRise } from '../metrics/pageHinkley.js';
import type { SeriesPast } from '../series/seriesPast.js';
import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { Tick } from '../series/types.js';
import type { Forecaster } from './forecaster.js';

const largest = 10; // of an error, in usual ones
const memory = 4; // seasons that the comparison looks back on
const certainty = 2; // standard errors
const longest = 5; // weeks that a new one may take
let points = new Float64Array(0); // written before it is read, within one call

/** How the blend has done: its last error in units of its usual one, NaN where there is none, and that unit. */
export interface BlendError {
  readonly error: number;
  readonly unit: number;
}

/**
 * Lets the expert that knows the week begin anew after a drift: what it knows of each place of the week is a mean of many weeks, and for as many it would
 * speak of the old regime. When the errors of the blend have risen for good (Page–Hinkley), another begins from nothing beside it. Once that has
 * seen a week, both are scored one step ahead, ŷ being what the old one said and ŷ' the new,
 *
 *     d = min(|y − ŷ| / σ, 10) − min(|y − ŷ'| / σ, 10)
 *
 * and where the mean of d over about four seasons exceeds twice its standard error, the new one takes its place. Until then it is not listened to: a
 * false alarm changes no forecast. It is given up after five weeks. A function of the ticks alone.
 */
export class Renewal<Expert extends Forecaster> {
  readonly #past: SeriesPast;
  readonly #begin: () => Expert;
  readonly #watch = new PageHinkley(sharpRise);
  #fresh: Expert | undefined;
  #week = 0; // steps, that it began with
  #age = 0; // steps
  #weight = 0; // of the comparison, and sums of d and d²
  #sum = 0;
  #squares = 0;
  #old = Number.NaN; // what both say of the next tick
  #new = Number.NaN;

  constructor({ past, begin }: { readonly past: SeriesPast; readonly begin: () => Expert }) {
    this.#past = past;
    this.#begin = begin;
  }

  /** Whether a new one is being tried. */
  get isUnderWay(): boolean {
    return this.#fresh !== undefined;
  }

  /** Takes a tick that the expert in use has learned. Returns the one to be used from now on: that, or the new one. */
  learnOne(tick: Tick, inUse: Expert, { error, unit }: BlendError): Expert {
    const hasRisen = !Number.isNaN(error) && this.#watch.add(Math.min(largest, Math.abs(error)));
    if (hasRisen && (!this.#fresh || this.#knowsWeek)) this.#beginAnew();
    const fresh = this.#fresh;
    if (!fresh) return inUse;
    this.#age += 1 + tick.missing;
    if (this.#knowsWeek) this.#compare(tick, unit);
    fresh.learnOne(tick);
    this.#old = this.#nextOf(inUse);
    this.#new = this.#nextOf(fresh);
    if (this.#isBetter) {
      this.#fresh = undefined;
      return fresh;
    }
    if (this.#age > longest * this.#week || this.#week !== this.#past.week) this.#fresh = undefined;
    return inUse;
  }

  save(writer: SnapshotWriter): void {
    this.#watch.save(writer);
    writer.f64(this.#fresh ? 1 : 0);
    if (!this.#fresh) return;
    for (const value of [this.#week, this.#age, this.#weight, this.#sum, this.#squares]) writer.f64(value);
    for (const value of [this.#old, this.#new]) writer.f64(value);
    this.#fresh.save(writer);
  }

  /** Call after the past was loaded. */
  load(reader: SnapshotReader): void {
    this.#watch.load(reader);
    this.#fresh = undefined;
    if (reader.f64() === 0) return;
    this.#week = reader.f64();
    this.#age = reader.f64();
    this.#weight = reader.f64();
    this.#sum = reader.f64();
    this.#squares = reader.f64();
    this.#old = reader.f64();
    this.#new = reader.f64();
    this.#fresh = this.#begin();
    this.#fresh.load(reader);
  }

  /** Where there is no week there is nothing to begin. */
  #beginAnew(): void {
    this.#week = this.#past.week;
    this.#fresh = this.#week > 0 ? this.#begin() : undefined;
    this.#age = this.#weight = this.#sum = this.#squares = 0;
    this.#old = this.#new = Number.NaN;
  }

  get #knowsWeek(): boolean {
    return this.#age > this.#week + this.#fresh!.horizon;
  }

  #compare({ y, missing, restart }: Tick, unit: number): void {
    const scaled = (said: number): number => Math.min(largest, Math.abs(y - said) / unit);
    const d = scaled(this.#old) - scaled(this.#new);
    if (Number.isNaN(d) || missing > 0 || restart) return;
    const kept = 1 - 1 / (memory * this.#past.season);
    this.#weight = kept * this.#weight + 1;
    this.#sum = kept * this.#sum + d;
    this.#squares = kept * this.#squares + d * d;
  }

  get #isBetter(): boolean {
    if (this.#weight <= this.#past.season) return false;
    const mean = this.#sum / this.#weight;
    const variance = Math.max(0, this.#squares / this.#weight - mean * mean);
    return mean > certainty * Math.sqrt(variance / this.#weight);
  }

  #nextOf(expert: Expert): number {
    if (this.#past.isMissing) return Number.NaN;
    if (points.length < expert.horizon) points = new Float64Array(expert.horizon);
    expert.forecast(points, 0);
    return points[0];
  }
}
