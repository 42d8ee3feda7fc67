const memory = 256; // forecasts, over which the sums forget
const least = 32; // scored: fewer say little

/** Errors one step ahead of what was published, beside those of "as now", with exponential forgetting: two sums a series. */
export class LiveSkill {
  #tick = Number.NaN;
  #last = Number.NaN;
  #next = Number.NaN;
  #own = 0;
  #naive = 0;
  #scored = 0;

  /** A forecast: its step, the value of that step, and the median for the next. A step left out scores nothing. */
  add(tick: number, last: number, next: number): void {
    if (tick === this.#tick + 1) {
      const kept = 1 - 1 / memory;
      this.#own = kept * this.#own + Math.abs(last - this.#next);
      this.#naive = kept * this.#naive + Math.abs(last - this.#last);
      this.#scored++;
    }
    this.#tick = tick;
    this.#last = last;
    this.#next = next;
  }

  /** 1 − Σ|error| / Σ|error of persistence|: 1 is perfect, 0 as good as "as now"; undefined while there is little to tell from. */
  get value(): number | undefined {
    return this.#scored < least || this.#naive === 0 ? undefined : 1 - this.#own / this.#naive;
  }
}
