import { EventEmitter } from 'node:events';
import type { ChannelModel, ConsumeMessage } from 'amqplib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { helloBytes, parseHello } from '../../../src/amqp/hello.js';
import { Roster } from '../../../src/amqp/roster.js';

/** A channel of which the test is the broker. */
class Channel extends EventEmitter {
  readonly said: { exchange: string; content: Buffer }[] = [];
  hear: (message: ConsumeMessage) => void = () => {};
  readonly assertQueue = async () => {};
  readonly bindQueue = async () => {};

  async consume(_: string, hear: (message: ConsumeMessage) => void): Promise<void> {
    this.hear = hear;
  }

  publish(exchange: string, _: string, content: Buffer): void {
    this.said.push({ exchange, content });
  }
}

describe('Roster', () => {
  let channel: Channel;
  let returned: number[];
  let problems: object[];
  let roster: Roster;
  const hear = (worker: number, workers: number, incarnation: string) =>
    channel.hear({ content: helloBytes({ worker, workers, incarnation }) } as ConsumeMessage);

  beforeEach(async () => {
    vi.useFakeTimers();
    [channel, returned, problems] = [new Channel(), [], []];
    roster = new Roster({
      ...{ group: 'site', exchange: 'stepcast.site.workers', worker: 1, workers: 4 },
      onReturn: ({ worker }) => returned.push(worker),
      onProblem: (_, details) => problems.push(details),
    });
    await roster.join({ createChannel: async () => channel } as unknown as ChannelModel);
  });
  afterEach(() => {
    roster.leave();
    vi.useRealTimers();
  });

  it('says hello at once, and every few seconds until it leaves', () => {
    roster.greet();
    vi.advanceTimersByTime(10_000);
    roster.leave();
    vi.advanceTimersByTime(60_000);
    const said = channel.said.map(({ content }) => parseHello(content)!);
    expect(said.map(({ worker, workers }) => [worker, workers])).toEqual([
      [1, 4],
      [1, 4],
      [1, 4],
    ]);
    expect(new Set(said.map(({ incarnation }) => incarnation)).size).toBe(1);
    expect(channel.said.every(({ exchange }) => exchange === 'stepcast.site.workers')).toBe(true);
  });

  it('tells of a worker once for each time that it registered', () => {
    hear(2, 4, 'a');
    hear(2, 4, 'a');
    hear(3, 4, 'b');
    hear(2, 4, 'c');
    expect(returned).toEqual([2, 3, 2]);
    expect(problems).toEqual([]);
  });

  it('does not hear itself, nor what is no hello', () => {
    roster.greet();
    channel.hear({ content: channel.said[0]!.content } as ConsumeMessage);
    channel.hear({ content: Buffer.from('hello') } as ConsumeMessage);
    expect({ returned, problems }).toEqual({ returned: [], problems: [] });
  });

  it('complains of another in its own place, and of one that counts other workers, who is let have its share', () => {
    hear(1, 4, 'a');
    hear(6, 8, 'b');
    expect(problems).toEqual([
      { theirs: '1 of 4', ours: '1 of 4' },
      { theirs: '6 of 8', ours: '1 of 4' },
    ]);
    expect(returned).toEqual([6]);
  });
});
