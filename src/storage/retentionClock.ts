const plausibleMs = 180 * 86_400_000;

/**
 * The time by which rows are old. A wall clock that is suddenly ahead by years must not delete anything, so this clock goes on
 * with the running time, and follows the wall clock only over steps of less than half a year. `referenceMs` is where it stood
 * when it was last saved; a machine that was off for longer than that keeps its rows for so much longer.
 */
export class RetentionClock {
  referenceMs: number | undefined;
  #elapsedMs: number | undefined;

  constructor(referenceMs: number | undefined) {
    this.referenceMs = referenceMs;
  }

  /** @returns the time before which nothing newer than it can have happened: the lesser of this clock and the wall clock. */
  now(wallMs: number, elapsedMs: number): number {
    const passedMs = elapsedMs - (this.#elapsedMs ?? elapsedMs);
    this.#elapsedMs = elapsedMs;
    const expectedMs = (this.referenceMs ?? wallMs) + passedMs;
    const isPlausible = wallMs >= expectedMs && wallMs - expectedMs <= plausibleMs;
    this.referenceMs = isPlausible ? wallMs : expectedMs;
    return Math.min(this.referenceMs, wallMs);
  }
}
