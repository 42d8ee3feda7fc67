import { Random } from '../../src/series/random.js';
import { publishFrame } from './rawClient.js';

export type PayloadForm = 'number' | 'minutes';

export interface ReadingsOptions {
  readonly series: number;
  readonly form?: PayloadForm; // bare numbers, timed by their arrival; or JSON with a time of their own, one a minute
}

const minuteMs = 60_000;
const startMs = Date.UTC(2026, 9, 5);

/** Readings of many sensors, round after round, each round one of every sensor, as PUBLISH packets at QoS 1. The same every time. */
export class Readings {
  readonly #shapes: readonly { topic: string; level: number; swing: number; steps: number; phase: number }[];
  readonly #form: PayloadForm;
  readonly #random = new Random(20_260_101);
  #next = 0;
  #packetId = 0;

  constructor({ series, form = 'number' }: ReadingsOptions) {
    this.#form = form;
    this.#shapes = Array.from({ length: series }, (_, index) => ({
      topic: `sensors/${String(index).padStart(5, '0')}`,
      level: this.#random.between(-20, 60),
      swing: this.#random.between(0.5, 8),
      steps: this.#random.between(12, 90),
      phase: this.#random.between(0, 6.28),
    }));
  }

  /** A reading of the first series, before all others: to find out whether anybody listens. */
  get probe(): Buffer {
    const payload = this.#form === 'number' ? '20.00' : `{"value":20,"time":${startMs - minuteMs}}`;
    return publishFrame(this.#shapes[0].topic, payload, 1);
  }

  /** How many were taken so far. */
  get taken(): number {
    return this.#next;
  }

  /** Which series the next one is of. */
  get seriesIndex(): number {
    return this.#next % this.#shapes.length;
  }

  next(): Buffer {
    const { topic, level, swing, steps, phase } = this.#shapes[this.seriesIndex];
    const round = Math.floor(this.#next++ / this.#shapes.length);
    const value = level + swing * Math.sin(phase + (2 * Math.PI * round) / steps) + 0.2 * swing * this.#random.normal();
    const number = value.toFixed(2);
    const payload = this.#form === 'number' ? number : `{"value":${number},"time":${startMs + round * minuteMs}}`;
    this.#packetId = (this.#packetId % 65_535) + 1;
    return publishFrame(topic, payload, this.#packetId);
  }

  take(count: number): Buffer {
    return Buffer.concat(Array.from({ length: count }, () => this.next()));
  }
}

/** The stream of a configuration that takes them. */
export const readingsStream = (form: PayloadForm): object =>
  form === 'number' ? { topic: 'sensors/#' } : { topic: 'sensors/#', value: 'value', time: 'time', series: '{topic}' };

/** Index of a series from the end of a topic in `bytes`. */
export function seriesIndexAt(bytes: Uint8Array, topicEnd: number): number {
  let index = 0;
  for (let at = topicEnd - 5; at < topicEnd; at++) index = 10 * index + bytes[at] - 48;
  return index;
}
