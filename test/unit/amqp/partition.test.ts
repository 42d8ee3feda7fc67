import { EventEmitter } from 'node:events';
import type { ChannelModel, ConsumeMessage } from 'amqplib';
import { beforeEach, describe, expect, it } from 'vitest';
import { Partition } from '../../../src/amqp/partition.js';
import type { Lease } from '../../../src/pipeline/ports.js';

/** A channel that remembers what it was asked for. */
class Channel extends EventEmitter {
  readonly asked: string[] = [];
  deliver: (message: ConsumeMessage | null) => void = () => {};
  answer: () => void = () => {};

  async prefetch(count: number): Promise<void> {
    this.asked.push(`prefetch ${count}`);
  }

  async consume(queue: string, deliver: (message: ConsumeMessage | null) => void): Promise<void> {
    this.asked.push(`consume ${queue}`);
    this.deliver = deliver;
  }

  ack({ fields }: ConsumeMessage, upTo: boolean): void {
    this.asked.push(`ack ${fields.deliveryTag} ${upTo}`);
  }

  /** As amqplib does: what was asked of a channel that ends meanwhile fails. */
  checkQueue(queue: string): Promise<void> {
    this.asked.push(`check ${queue}`);
    return new Promise((resolve, reject) => {
      this.answer = resolve;
      this.once('close', () => reject(new Error('channel ended')));
    });
  }

  async close(): Promise<void> {
    this.asked.push('close');
    this.emit('close');
  }
}

const message = (deliveryTag: number) => ({ fields: { deliveryTag } }) as ConsumeMessage;
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('Partition', () => {
  let channels: Channel[];
  let taken: (() => void)[];
  let leases: Lease[];
  let lost: { isGone: boolean; released: () => void }[];
  let ended: (Error | undefined)[];
  let partition: Partition;
  let connection: ChannelModel;
  let hold: Promise<void>;

  beforeEach(() => {
    [channels, taken, leases, lost, ended] = [[], [], [], [], []];
    hold = Promise.resolve();
    connection = {
      createChannel: async () => {
        await hold;
        const channel = new Channel();
        channels.push(channel);
        return channel;
      },
    } as unknown as ChannelModel;
    partition = new Partition({
      ...{ queue: 'q', prefetch: 7 },
      take: (_, settle, lease) => {
        taken.push(settle);
        leases.push(lease);
      },
      lost: (isGone) => new Promise((released) => lost.push({ isGone, released })),
      ended: (error) => ended.push(error),
    });
  });

  it('asks for a bounded number of messages, and acknowledges them together', async () => {
    await partition.register(connection);
    await partition.register(connection);
    expect(channels).toHaveLength(1);
    for (const tag of [1, 2, 3]) channels[0]!.deliver(message(tag));
    expect(partition.outstanding).toBe(3);
    for (const settle of taken) settle();
    await settled();
    expect(channels[0]!.asked).toEqual(['prefetch 7', 'consume q', 'ack 3 true']);
  });

  it('leaves the line only when what it took is committed, and takes nothing meanwhile', async () => {
    await partition.register(connection);
    channels[0]!.deliver(message(1));
    const back = partition.handBack();
    channels[0]!.deliver(message(2));
    await settled();
    expect(taken).toHaveLength(1);
    expect(lost.map(({ isGone }) => isGone)).toEqual([false]);
    expect(channels[0]!.asked).not.toContain('close');
    taken[0]!();
    lost[0]!.released();
    await back;
    expect(channels[0]!.asked.slice(2)).toEqual(['ack 1 true', 'close']);
    expect(ended).toEqual([]);
    expect(partition.isRegistered).toBe(false);
  });

  it('leaves at once when nothing came', async () => {
    await partition.register(connection);
    await partition.handBack();
    expect(channels[0]!.asked).toContain('close');
    expect(lost).toEqual([]);
  });

  it('leaves no consumer behind when it is handed back before its channel is there', async () => {
    let open = (): void => {};
    hold = new Promise((resolve) => (open = resolve));
    const registering = partition.register(connection);
    await partition.handBack();
    open();
    await registering;
    expect(channels[0]!.asked).toEqual(['close']);
    expect(ended).toEqual([]);
  });

  it('asks the broker whether a partition is still had, and has it no more once its channel ended', async () => {
    await partition.register(connection);
    channels[0]!.deliver(message(1));
    const held = leases[0]!.isHeld();
    channels[0]!.answer();
    expect(await held).toBe(true);
    const overtaken = leases[0]!.isHeld();
    channels[0]!.emit('close');
    expect(await overtaken).toBe(false);
    await partition.register(connection);
    expect(await leases[0]!.isHeld()).toBe(false);
    expect(channels.map(({ asked }) => asked.filter((one) => one === 'check q').length)).toEqual([2, 0]);
  });

  it('has lost what it had when the channel ends, and acknowledges nothing any more', async () => {
    await partition.register(connection);
    channels[0]!.deliver(message(1));
    const error = new Error('no leader');
    channels[0]!.emit('error', error);
    channels[0]!.emit('close');
    expect(lost.map(({ isGone }) => isGone)).toEqual([true]);
    expect(ended).toEqual([error]);
    taken[0]!();
    await settled();
    expect(channels[0]!.asked.filter((one) => one.startsWith('ack'))).toEqual([]);
    await partition.register(connection);
    expect(partition.outstanding).toBe(0);
  });
});
