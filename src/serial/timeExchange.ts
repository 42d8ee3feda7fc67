import type { TimeSample } from './deviceClock.js';
import type { TimeMessage } from './frames/messages.js';

const burst = 4; // exchanges after joining
const everyMs = 60_000; // one, later
const answerMs = 500;
const drift = 1e-4; // of the exchange's age, added to what is uncertain
const kept = 8;

interface Exchange {
  readonly offsetMs: number; // of the host to the device
  readonly halfWidthMs: number;
  readonly atMs: number; // of the host
}

/** When to ask a device for its time, and what its answers say: the exchange that is best now. */
export class TimeExchange {
  readonly #nowMs: () => number;
  #id = 0;
  #askedMs: number | undefined; // undefined: answered
  #answers = 0;
  #last = Number.NEGATIVE_INFINITY; // answer
  #exchanges: Exchange[] = [];

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The id to ask with, when it is time to. */
  due(): number | undefined {
    const nowMs = this.#nowMs();
    if (this.#askedMs !== undefined && Math.abs(nowMs - this.#askedMs) < answerMs) return undefined;
    if (this.#askedMs === undefined && this.#answers >= burst && nowMs - this.#last < everyMs) return undefined;
    this.#askedMs = nowMs;
    return ++this.#id;
  }

  /** A sample as of now; undefined for an answer to something else, or before the first exchanges are done. */
  hear({ id, receivedMs, sentMs }: TimeMessage): TimeSample | undefined {
    if (id !== this.#id || this.#askedMs === undefined || sentMs < receivedMs) return undefined;
    const nowMs = this.#nowMs();
    const tripMs = nowMs - this.#askedMs - (sentMs - receivedMs);
    const offsetMs = (this.#askedMs - receivedMs + nowMs - sentMs) / 2;
    this.#exchanges = [...this.#exchanges, { offsetMs, halfWidthMs: Math.max(0, tripMs / 2) + 1, atMs: nowMs }].slice(
      -kept,
    );
    this.#askedMs = undefined;
    this.#last = nowMs;
    if (++this.#answers < burst) return undefined;
    const uncertainty = ({ halfWidthMs, atMs }: Exchange): number => halfWidthMs + drift * (nowMs - atMs);
    const best = this.#exchanges.reduce((one, other) => (uncertainty(other) <= uncertainty(one) ? other : one));
    return { deviceMs: sentMs, hostMs: sentMs + best.offsetMs, uncertaintyMs: uncertainty(best) };
  }
}
