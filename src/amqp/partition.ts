import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { Lease } from '../pipeline/ports.js';
import { OrderedAcks } from './orderedAcks.js';

export interface PartitionParts {
  readonly queue: string;
  readonly prefetch: number;
  /** A message, what settles it (once what it held is safe, or when there was nothing in it), and the place in the line that it came by. */
  take(message: ConsumeMessage, settle: () => void, lease: Lease): void;
  /** It was ours. `isGone`: another may have it already; else the promise is waited for before another gets it. */
  lost(isGone: boolean): Promise<void>;
  /** The broker ended the consumer while the connection goes on. */
  ended(error: Error | undefined): void;
}

/**
 * One partition's place in the line of its queue: a channel of its own, so that what is unacknowledged goes back to the queue at once, and in order,
 * when the channel is closed. A worker in the line has the partition from the first message that it is given.
 */
export class Partition {
  readonly #parts: PartitionParts;
  #link: Link | undefined;

  constructor(parts: PartitionParts) {
    this.#parts = parts;
  }

  get isRegistered(): boolean {
    return this.#link !== undefined;
  }

  /** Whether messages of it came to this worker, and nobody else has it since. */
  get isOurs(): boolean {
    return this.#link?.hasTaken ?? false;
  }

  get outstanding(): number {
    return this.#link?.acks.outstanding ?? 0;
  }

  /** Takes a place at the end of the line. */
  async register(connection: ChannelModel): Promise<void> {
    if (this.#link) return;
    const link = new Link(this.#parts.queue);
    this.#link = link;
    try {
      const channel = await connection.createChannel();
      link.open(channel, (error) => this.#ended(link, error));
      if (this.#link !== link) {
        await link.close(); // a consumer that nobody minds would hold the partition
        return;
      }
      await channel.prefetch(this.#parts.prefetch);
      await channel.consume(this.#parts.queue, (message) => {
        if (message) this.#deliver(link, message);
        else void link.close(); // its queue was deleted, or has no leader
      });
    } catch (error) {
      void link.close();
      if (this.#link !== link) return; // handed back, or cut, before it was had
      this.#link = undefined;
      throw error;
    }
  }

  /** Leaves the line; what was taken is committed and acknowledged before the next one gets the partition. */
  async handBack(): Promise<void> {
    const link = this.#link;
    if (!link || link.isLeaving) return;
    link.isLeaving = true;
    if (link.hasTaken) await this.#parts.lost(false);
    if (this.#link !== link) return;
    this.#link = undefined;
    await link.close();
  }

  /** Takes nothing more; what was taken may still be acknowledged. */
  drain(): void {
    if (this.#link) this.#link.isLeaving = true;
  }

  /**
   * Gives the partition up, once what is acknowledged has reached the broker. amqplib sends what its channels have to say in turn: the end of the
   * connection could come before acknowledgements, the end of their channel cannot.
   */
  async leave(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    await link?.close();
  }

  /** The connection is gone. */
  cut(): void {
    if (this.#link) this.#ended(this.#link, undefined, true);
  }

  #deliver(link: Link, message: ConsumeMessage): void {
    if (link.isLeaving) return;
    const { deliveryTag } = message.fields;
    link.acks.take(deliveryTag);
    this.#parts.take(message, settler(link.acks, deliveryTag), link);
  }

  #ended(link: Link, error: Error | undefined, isCut = false): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    link.isOpen = false;
    if (link.hasTaken) void this.#parts.lost(true);
    if (!isCut) this.#parts.ended(error);
  }
}

/** Apart: a delivery that waits for its commit must not keep the message, and the network buffer with it. */
const settler =
  (acks: OrderedAcks, tag: number): (() => void) =>
  () =>
    acks.settle(tag);

class Link implements Lease {
  readonly #queue: string;
  isOpen = false;
  isLeaving = false;
  #channel: Channel | undefined;
  readonly acks = new OrderedAcks((upToTag) => {
    if (this.isOpen) this.#channel!.ack({ fields: { deliveryTag: upToTag } } as ConsumeMessage, true);
  });

  constructor(queue: string) {
    this.#queue = queue;
  }

  get hasTaken(): boolean {
    return this.acks.taken > 0;
  }

  /** While the channel is there its consumer is, and a single active consumer is the active one until it ends. */
  async isHeld(): Promise<boolean> {
    if (this.isOpen) await this.#channel!.checkQueue(this.#queue).catch(() => {});
    return this.isOpen;
  }

  open(channel: Channel, onClose: (error: Error | undefined) => void): void {
    let problem: Error | undefined;
    this.#channel = channel;
    this.isOpen = true;
    channel.on('error', (error) => (problem = error));
    channel.once('close', () => {
      this.isOpen = false;
      onClose(problem);
    });
  }

  async close(): Promise<void> {
    if (!this.isOpen) return;
    this.acks.flush();
    this.isOpen = false;
    await this.#channel!.close().catch(() => {}); // the connection went first
  }
}
