import { Subject } from 'rxjs';
import type { DecodedObservation, Delivery, ReadingSource } from '../../src/pipeline/ports.js';

export interface Message {
  readonly observations: readonly DecodedObservation[];
  readonly arrivedMs: number;
}

/**
 * A persistent QoS 1 session as a reading source: `deliver` sends the next message, `resume` is the connection after a kill, which
 * sends again whatever is not acknowledged, in order, with DUP.
 */
export class BrokerSession implements ReadingSource {
  deliveries$ = new Subject<Delivery>();
  readonly acknowledged = new Set<number>(); // packet ids
  readonly #messages: readonly Message[];
  #next = 0;
  #connection = 0;

  constructor(messages: readonly Message[]) {
    this.#messages = messages;
  }

  /** How many messages were sent at least once. */
  get sent(): number {
    return this.#next;
  }

  /** Sends the next message, and says how many were sent. */
  deliver(): number {
    this.#send(this.#next++, false);
    return this.#next;
  }

  complete(): void {
    this.deliveries$.complete();
  }

  /** @param unheard how many of the last acknowledgements the broker never got. */
  cut(unheard: number): void {
    this.#connection++;
    this.deliveries$ = new Subject();
    for (const packetId of [...this.acknowledged].slice(this.acknowledged.size - unheard))
      this.acknowledged.delete(packetId);
  }

  /** @param arrivedLaterMs how much later a message that is sent again arrives, asked for each. */
  resume(arrivedLaterMs: (packetId: number) => number = () => 0): void {
    for (let i = 0; i < this.#next; i++) if (!this.acknowledged.has(i + 1)) this.#send(i, true, arrivedLaterMs(i + 1));
  }

  #send(index: number, redelivered: boolean, laterMs = 0): void {
    const { observations, arrivedMs } = this.#messages[index];
    const connection = this.#connection;
    this.deliveries$.next({
      topic: 'sensors',
      observations,
      rejects: [],
      arrivedMs: arrivedMs + laterMs,
      packetId: index + 1,
      redelivered,
      session: 0,
      acknowledge: () => {
        if (connection === this.#connection) this.acknowledged.add(index + 1);
      },
    });
  }
}
