import { Subject } from 'rxjs';
import type { DecodedObservation, Delivery, LostPartition, ReadingSource } from '../../src/pipeline/ports.js';
import { delivery } from './deliveries.js';

interface Queue {
  readonly messages: DecodedObservation[];
  readonly acknowledged: Set<number>; // places
  owner: DealtSource | undefined;
  next: number; // place, of what its owner is sent
  tenure: number; // acknowledgements of an earlier one are not heard
}

/** What one worker has of the broker. */
export class DealtSource implements ReadingSource {
  readonly deliveries$ = new Subject<Delivery>();
  readonly lost$ = new Subject<LostPartition>();
}

/** A broker that deals its messages out by partition: each is one worker's at a time, in order, until it is acknowledged. */
export class DealingBroker {
  readonly #queues: readonly Queue[];

  constructor(messages: readonly (readonly DecodedObservation[])[]) {
    this.#queues = messages.map((queue) => ({
      ...{ messages: [...queue], acknowledged: new Set(), owner: undefined, next: 0, tenure: 0 },
    }));
  }

  get isDone(): boolean {
    return this.#queues.every(({ messages, acknowledged }) => acknowledged.size === messages.length);
  }

  ownedBy(source: DealtSource): number[] {
    return this.#queues.flatMap(({ owner }, partition) => (owner === source ? [partition] : []));
  }

  /** A worker gets a partition that nobody has: what is not acknowledged comes again, in order. */
  give(partition: number, source: DealtSource): void {
    const queue = this.#queues[partition];
    queue.owner = source;
    queue.tenure++;
    queue.next = firstOpen(queue);
  }

  /** Sends its owner the next `count` messages. */
  deliver(partition: number, count: number): void {
    const queue = this.#queues[partition];
    for (let i = 0; i < count && queue.owner && queue.next < queue.messages.length; i++) {
      const place = queue.next++;
      const { tenure } = queue;
      queue.owner.deliveries$.next(
        delivery({
          ...{ partition, observations: [queue.messages[place]] },
          acknowledge: () => {
            if (queue.tenure === tenure) queue.acknowledged.add(place);
          },
        }),
      );
    }
  }

  /** Its connection is lost: the owner is told, if it lives, when another may have the partition already. */
  cut(partition: number, isTold: boolean): void {
    const queue = this.#queues[partition];
    const { owner } = queue;
    queue.owner = undefined;
    queue.tenure++;
    if (isTold) owner?.lost$.next({ partition, isGone: true, released: () => {} });
  }

  /** The owner gives it back once all that it was sent is acknowledged; resolves then, or when the owner has `ended`. */
  async handBack(partition: number, ended: Promise<void>): Promise<void> {
    const queue = this.#queues[partition];
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    while (firstOpen(queue) < queue.next && !isOver) await new Promise((resolve) => setImmediate(resolve));
    const release = new Promise<void>((released) => queue.owner!.lost$.next({ partition, isGone: false, released }));
    await Promise.race([release, ended]);
    queue.owner = undefined;
    queue.tenure++;
  }
}

function firstOpen({ messages, acknowledged }: Queue): number {
  for (let place = 0; ; place++) if (place === messages.length || !acknowledged.has(place)) return place;
}
