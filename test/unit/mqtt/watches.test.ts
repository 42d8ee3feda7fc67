import { describe, expect, it } from 'vitest';
import type { BrokerMessage } from '../../../src/mqtt/brokerMessage.js';
import { createWatches } from '../../../src/mqtt/watches.js';

function setUp() {
  const sent: (readonly string[])[] = [];
  const left: (readonly string[])[] = [];
  const answers: ((codes: readonly number[]) => void)[] = [];
  const line = { up: true };
  const watches = createWatches({
    subscribe: (filters, answered) => {
      sent.push(filters);
      answers.push(answered);
    },
    unsubscribe: (filters) => void left.push(filters),
    isUp: () => line.up,
  });
  return { watches, sent, left, answers, line };
}
const message = (topic: string) => ({ topic }) as BrokerMessage;

describe('createWatches', () => {
  it('asks for what is watched at once, and again at every connection', () => {
    const { watches, sent } = setUp();
    watches.add(['a', 'b'], () => true);
    watches.ask();
    expect(sent).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('asks for nothing while there is no connection', () => {
    const { watches, sent, left, line } = setUp();
    line.up = false;
    watches.add(['a'], () => true)();
    expect([sent, left]).toEqual([[], []]);
  });

  it('asks for eight filters a packet', () => {
    const { watches, sent } = setUp();
    watches.add(
      Array.from({ length: 20 }, (_, i) => `t/${i}`),
      () => true,
    );
    expect(sent.map((filters) => filters.length)).toEqual([8, 8, 4]);
  });

  it('tells what was refused to whoever asked for it', () => {
    const { watches, answers } = setUp();
    const refused: string[] = [];
    watches.add(
      ['a', 'b'],
      () => true,
      (filters) => refused.push(...filters),
    );
    answers[0]([1, 135]);
    expect(refused).toEqual(['b']);
  });

  it('offers a message to one after another, until it is left', () => {
    const { watches, left } = setUp();
    const leave = watches.add(['a'], ({ topic }) => topic === 'a');
    watches.add(['b'], ({ topic }) => topic === 'b');
    expect(['a', 'b', 'c'].map((topic) => watches.deliver(message(topic)))).toEqual([true, true, false]);
    leave();
    leave();
    expect(watches.deliver(message('a'))).toBe(false);
    expect(left).toEqual([['a']]);
  });
});
