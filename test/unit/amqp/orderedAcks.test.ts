import { beforeEach, describe, expect, it } from 'vitest';
import { OrderedAcks } from '../../../src/amqp/orderedAcks.js';

describe('OrderedAcks', () => {
  let sent: number[];
  let acks: OrderedAcks;
  beforeEach(() => {
    sent = [];
    acks = new OrderedAcks((upToTag) => sent.push(upToTag));
    for (let tag = 1; tag <= 5; tag++) acks.take(tag);
  });

  it('sends one acknowledgement for what settles together', async () => {
    for (const tag of [1, 2, 3]) acks.settle(tag);
    expect(sent).toEqual([]);
    await Promise.resolve();
    expect(sent).toEqual([3]);
    expect(acks.outstanding).toBe(2);
  });

  it('never acknowledges past one that waits', async () => {
    for (const tag of [2, 3, 5]) acks.settle(tag);
    await Promise.resolve();
    expect(sent).toEqual([]);
    expect(acks.outstanding).toBe(2);
    acks.settle(1);
    await Promise.resolve();
    expect(sent).toEqual([3]);
    acks.settle(4);
    acks.flush();
    expect(sent).toEqual([3, 5]);
    await Promise.resolve();
    expect(sent).toEqual([3, 5]);
  });

  it('counts one that is settled twice once', async () => {
    for (const tag of [1, 1, 3, 3]) acks.settle(tag);
    await Promise.resolve();
    acks.settle(1);
    await Promise.resolve();
    expect(sent).toEqual([1]);
    expect(acks.outstanding).toBe(3);
  });
});
