import type { Clock } from '../pipeline/clock.js';

const dayMs = 86_400_000;

export interface NodeClockOptions {
  wallMs?: () => number;
  elapsedMs?: () => number;
  notBeforeMs: number; // when this program was built, or the newest time it has stored: no honest clock is before it
  onStep?: (stepMs: number) => void; // a step of the wall clock by more than a day was seen, and not followed
}

/**
 * The wall clock, without its mistakes. It goes on with the machine's running time, which no setting of the clock moves, and
 * follows the wall clock only in small: a step back is waited out, a step of more than a day is not followed at all. A
 * machine that starts with a clock before `notBeforeMs` (it has no battery, and has not heard from its network yet) is not
 * trusted until its wall clock has passed that moment.
 */
export class NodeClock implements Clock {
  readonly #wallMs: () => number;
  readonly #elapsedMs: () => number;
  readonly #notBeforeMs: number;
  readonly #onStep: (stepMs: number) => void;
  #offsetMs: number; // now = elapsed + offset
  #trusted: boolean;
  #steppedMs = 0;
  #newestMs = 0;

  constructor({
    wallMs = Date.now,
    elapsedMs = () => performance.now(),
    notBeforeMs,
    onStep = () => {},
  }: NodeClockOptions) {
    this.#wallMs = wallMs;
    this.#elapsedMs = elapsedMs;
    this.#notBeforeMs = notBeforeMs;
    this.#onStep = onStep;
    const wall = wallMs();
    this.#trusted = wall >= notBeforeMs;
    this.#offsetMs = Math.max(wall, notBeforeMs) - elapsedMs();
  }

  nowMs(): number {
    const wall = this.#wallMs();
    const estimate = this.#elapsedMs() + this.#offsetMs;
    const stepMs = wall - estimate;
    if (!this.#trusted && wall >= this.#notBeforeMs) {
      this.#trusted = true;
      this.#offsetMs += Math.max(0, stepMs);
    } else if (Math.abs(stepMs) <= dayMs) {
      this.#offsetMs += stepMs;
    } else if (this.#trusted && Math.abs(stepMs - this.#steppedMs) > dayMs) {
      this.#steppedMs = stepMs;
      this.#onStep(stepMs);
    }
    this.#newestMs = Math.max(this.#newestMs, Math.floor(this.#elapsedMs() + this.#offsetMs));
    return this.#newestMs;
  }

  trustedMs(): number | undefined {
    const now = this.nowMs();
    return this.#trusted ? now : undefined;
  }

  elapsedMs(): number {
    return this.#elapsedMs();
  }
}
