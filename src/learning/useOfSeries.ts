export const halfLifeMs = 86_400_000;

/** How much each series is used: forecasts issued, of which a day later half as many count. */
export class UseOfSeries {
  readonly #uses = new Map<string, { count: number; atMs: number }>();

  /** @param nowMs of a clock that only goes forward. */
  note(series: string, nowMs: number): void {
    const use = this.#uses.get(series);
    if (!use) this.#uses.set(series, { count: 1, atMs: nowMs });
    else {
      use.count = this.of(series, nowMs) + 1;
      use.atMs = nowMs;
    }
  }

  of(series: string, nowMs: number): number {
    const use = this.#uses.get(series);
    return use ? use.count * 2 ** ((use.atMs - nowMs) / halfLifeMs) : 0;
  }
}
