/**
 * Acknowledges messages of one channel in groups, in the order of their delivery: whatever settles within one turn of the event loop, up
 * to the first that has not, is one acknowledgement. Delivery tags count up from 1.
 */
export class OrderedAcks {
  readonly #send: (upToTag: number) => void;
  readonly #early = new Set<number>(); // settled before one that came earlier
  #taken = 0;
  #settled = 0; // up to here, all are
  #sent = 0;
  #isScheduled = false;

  constructor(send: (upToTag: number) => void) {
    this.#send = send;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Taken and not settled. */
  get outstanding(): number {
    return this.#taken - this.#settled - this.#early.size;
  }

  take(tag: number): void {
    this.#taken = tag;
  }

  settle(tag: number): void {
    if (tag <= this.#settled) return;
    this.#early.add(tag);
    while (this.#early.delete(this.#settled + 1)) this.#settled++;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(this.flush);
  }

  /** Sends what is due now. */
  readonly flush = (): void => {
    this.#isScheduled = false;
    if (this.#settled === this.#sent) return;
    this.#sent = this.#settled;
    this.#send(this.#sent);
  };
}
