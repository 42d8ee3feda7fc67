const neededIntervals = 5;
const shortestMs = 10_000;

/**
 * When a series has been quiet for longer than is usual for it: more than three steps, and more than twice the longest
 * interval it lately took (forgotten at 5 % a reading). So a sensor that reports on change is not called missing at every rest.
 */
export class Quiet {
  #heardMs = Number.NaN; // event time of the last reading
  #heardAtMs = 0; // running time of the node then
  #longestMs = 0;
  #intervals = 0;
  #told = false;
  #woken = false;

  /**
   * Takes in a reading. Returns where the gap before it began, undefined for none. A reading timed by its arrival tells of the
   * network too: what was held up for a few seconds is no gap.
   */
  hear(tMs: number, elapsedMs: number, stepMs: number, byArrival = false): number | undefined {
    const beforeMs = this.#heardMs;
    const intervalMs = this.#woken ? Number.NaN : tMs - beforeMs;
    this.#woken = false;
    this.#heardMs = tMs;
    this.#heardAtMs = elapsedMs;
    this.#told = false;
    if (!(intervalMs > 0)) return undefined;
    const isGap = this.#isLong(intervalMs, stepMs) && !(byArrival && intervalMs < shortestMs);
    this.#intervals++;
    this.#longestMs = Math.max(isGap ? 0 : intervalMs, 0.95 * this.#longestMs);
    return isGap ? beforeMs : undefined;
  }

  /** After a start: event time goes on from the last reading. How long it was quiet before that is not known. */
  wake(lastMs: number, elapsedMs: number): void {
    if (!Number.isNaN(this.#heardMs)) return;
    this.#heardMs = lastMs;
    this.#heardAtMs = elapsedMs;
    this.#woken = true;
  }

  /** Whether it has just become silent: true once, until it is heard again. Returns since when, event time. */
  silentSince(elapsedMs: number, stepMs: number): number | undefined {
    const quietMs = elapsedMs - this.#heardAtMs;
    if (this.#told || quietMs < shortestMs || !this.#isLong(quietMs, stepMs)) return undefined;
    this.#told = true;
    return this.#heardMs;
  }

  /** Event time now, as the pace of the node's own clock carries it on from the last reading. */
  eventNowMs(elapsedMs: number): number {
    return this.#heardMs + (elapsedMs - this.#heardAtMs);
  }

  #isLong(intervalMs: number, stepMs: number): boolean {
    return this.#intervals >= neededIntervals && intervalMs > Math.max(3 * stepMs, 2 * this.#longestMs);
  }
}
