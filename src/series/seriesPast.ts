import { bounded } from './bounded.js';
import { RecentValues } from './recentValues.js';
import { seasonOf } from './season.js';
import { SeasonFinder } from './seasonFinder.js';
import type { SnapshotReader, SnapshotWriter } from './snapshot.js';
import type { Tick } from './types.js';

const memory = 1000; // steps the running means look back on
const longestSearched = 200; // steps of a season that is found from the values
const longestWeek = 2016; // steps: a week of 5 minutes
const dayMs = 86_400_000;

export interface SeriesPastOptions {
  readonly season: number; // steps, 0 = found
  readonly lags: number; // values kept at least
  readonly behind?: number; // steps: what is known of a lag is known of it as it was so many steps ago, too
}

/**
 * What a series has shown so far, as its experts need it: recent values (a missing one stands as the one before), seasons,
 * running moments and range. Shared by the experts of a series, changed by `learnOne` alone.
 *
 * The season is the one set; else the one found in the values where it is no multiple or part of the calendar's; else a day, where a
 * step divides it. Beside a season of a day stands the week, up to 2016 steps.
 */
export class SeriesPast {
  readonly values: RecentValues;
  readonly #fixedSeason: number;
  readonly #behind: number;
  readonly #finder: SeasonFinder | undefined;
  #season = 0;
  #week = 0;
  #stepMs = 0;
  #tMs = 0;
  #count = 0;
  #last = Number.NaN;
  #isMissing = 1;
  #mean = 0;
  #variance = 0;
  #change = 0;
  #still = 0;
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;
  #least = 0; // of what is plausible
  #most = 0;

  constructor({ season, lags, behind = 0 }: SeriesPastOptions) {
    this.#fixedSeason = season;
    this.#behind = behind;
    this.#finder = season === 0 ? new SeasonFinder(longestSearched) : undefined;
    this.values = new RecentValues(Math.max(lags, season, this.#finder ? longestSearched : 0) + 1 + behind);
  }

  learnOne(tick: Tick): void {
    this.#tMs = tick.tMs;
    this.#stepMs = tick.stepIsGuess ? 0 : tick.stepMs;
    if (this.#count > 0) this.#fill(tick.missing);
    this.#isMissing = Number.isNaN(tick.y) ? 1 : 0;
    if (this.#isMissing === 1) {
      if (this.#count > 0) this.#fill(1);
      return;
    }
    this.#learnMoments(tick.y);
    this.#last = tick.y;
    this.values.push(tick.y);
    this.#finder?.observe(this.values);
    this.#chooseSeason();
  }

  /** Values seen. */
  get count(): number {
    return this.#count;
  }

  /** The last value seen, NaN before the first. */
  get last(): number {
    return this.#last;
  }

  /** Whether the last tick had no value. */
  get isMissing(): boolean {
    return this.#isMissing === 1;
  }

  get tMs(): number {
    return this.#tMs;
  }

  /** Milliseconds, 0 while it is not known. */
  get stepMs(): number {
    return this.#stepMs;
  }

  /** Steps, 0 when none is known. */
  get season(): number {
    return this.#season;
  }

  /** The second, longer season, steps; 0 for none. */
  get week(): number {
    return this.#week;
  }

  /** Running mean, the nth value with weight max(1/n, 1/1000). */
  get level(): number {
    return this.#mean;
  }

  /** Running standard deviation, never 0. */
  get spread(): number {
    return Math.max(Math.sqrt(this.#variance), this.#floor());
  }

  /** Running mean of |y(t) − y(t−1)|, never 0. */
  get change(): number {
    return Math.max(this.#change, this.#floor());
  }

  /** `change`; before the second value a guess from the size of the first. */
  get firstChange(): number {
    return this.#count < 2 ? Math.max(this.change, 0.02 * Math.abs(this.#last)) : this.change;
  }

  /** Running share of steps on which the value stayed exactly as it was. */
  get stillness(): number {
    return this.#still;
  }

  /** `value` within the range seen, widened by half of it on both sides; the last value in place of NaN. */
  plausible(value: number): number {
    if (Number.isNaN(value)) return this.#last;
    return Math.min(this.#most, Math.max(this.#least, value));
  }

  save(writer: SnapshotWriter): void {
    for (const value of [this.#season, this.#week, this.#stepMs, this.#tMs, this.#count]) writer.f64(value);
    for (const value of [this.#last, this.#isMissing, this.#mean, this.#variance, this.#change]) writer.f64(value);
    for (const value of [this.#low, this.#high, this.#still]) writer.f64(value);
    this.values.save(writer);
    this.#finder?.save(writer);
  }

  load(reader: SnapshotReader): void {
    this.#season = reader.f64();
    this.#week = reader.f64();
    this.#stepMs = reader.f64();
    this.#tMs = reader.f64();
    this.#count = reader.f64();
    this.#last = reader.f64();
    this.#isMissing = reader.f64();
    this.#mean = reader.f64();
    this.#variance = reader.f64();
    this.#change = reader.f64();
    this.#low = reader.f64();
    this.#high = reader.f64();
    this.#still = reader.f64();
    this.#widenRange();
    this.values.load(reader);
    this.#finder?.load(reader);
  }

  #fill(count: number): void {
    for (let i = Math.min(count, this.values.capacity); i > 0; i--) this.values.push(this.#last);
  }

  #learnMoments(y: number): void {
    const weight = 1 / Math.min(++this.#count, memory);
    const delta = bounded(y - this.#mean);
    this.#mean += weight * delta;
    this.#variance += weight * (bounded(delta * bounded(y - this.#mean)) - this.#variance);
    if (this.#count > 1) {
      const pairs = 1 / Math.min(this.#count - 1, memory);
      this.#change += pairs * (bounded(Math.abs(y - this.#last)) - this.#change);
      this.#still += pairs * ((y === this.#last ? 1 : 0) - this.#still);
    }
    this.#low = Math.min(this.#low, y);
    this.#high = Math.max(this.#high, y);
    this.#widenRange();
  }

  #widenRange(): void {
    const margin = 0.5 * Math.min(Number.MAX_VALUE, this.#high - this.#low);
    this.#least = Math.max(-Number.MAX_VALUE, this.#low - margin);
    this.#most = Math.min(Number.MAX_VALUE, this.#high + margin);
  }

  #chooseSeason(): void {
    if (this.#fixedSeason > 0) this.#season = this.#fixedSeason;
    else {
      const calendar = this.#stepMs > 0 ? seasonOf(this.#stepMs) : 0;
      const found = this.#finder!.period;
      const isOfCalendar = calendar > 0 && (found === 0 || calendar % found === 0 || found % calendar === 0);
      this.#season = isOfCalendar ? calendar : found || calendar;
    }
    const isDay = this.#season > 0 && Math.abs(this.#season * this.#stepMs - dayMs) <= 0.02 * this.#stepMs;
    this.#week = isDay && 7 * this.#season <= longestWeek ? 7 * this.#season : 0;
    this.values.grow(Math.max(this.#season, this.#week) + 1 + this.#behind);
  }

  #floor(): number {
    return Math.min(1e300, 1e-9 + 1e-9 * Math.abs(this.#mean));
  }
}
