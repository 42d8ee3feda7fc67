import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSubscriptions } from '../../../src/mqtt/subscriptions.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A broker that grants what `refuses` does not hold; a SUBSCRIBE stays open while `silent`. */
const begin = (filters: readonly string[]) => {
  const asked: (readonly string[])[] = [];
  const told: [number, readonly string[]][] = [];
  const broker = { refuses: new Set<string>(), silent: false };
  const subscriptions = createSubscriptions({
    subscribe: (wanted, answered) => {
      asked.push(wanted);
      if (!broker.silent) answered(wanted.map((filter) => (broker.refuses.has(filter) ? 135 : 1)));
    },
    told: (granted, refused) => told.push([granted, refused]),
    askAgainMs: 1_000,
  });
  subscriptions.add(filters, () => false);
  return { subscriptions, broker, asked, told };
};

describe('subscriptions', () => {
  it('asks for every filter once, however many listeners want it', () => {
    const { subscriptions, asked, told } = begin(['a', 'b']);
    subscriptions.add(['b', 'c'], () => false);
    subscriptions.ask('all', 'anew');
    expect(asked).toEqual([['a', 'b', 'c']]);
    expect(told).toEqual([[3, []]]);
  });

  it('asks for nothing that the session has, and says so on a new connection alone', () => {
    const { subscriptions, asked, told } = begin(['a']);
    subscriptions.ask('missing', 'anew');
    subscriptions.ask('missing', 'anew');
    subscriptions.ask('missing', 'before');
    expect(asked).toEqual([['a']]);
    expect(told).toEqual([
      [1, []],
      [1, []],
    ]);
    subscriptions.forget();
    subscriptions.ask('missing', 'anew');
    expect(asked).toEqual([['a'], ['a']]);
  });

  it('asks for what was refused at its interval, and tells only when the answer changes', () => {
    const { subscriptions, broker, asked, told } = begin(['a', 'b']);
    broker.refuses.add('b');
    subscriptions.ask('all', 'anew');
    vi.advanceTimersByTime(3_500);
    expect(asked).toEqual([['a', 'b'], ['b'], ['b'], ['b']]);
    expect(told).toEqual([[1, ['b']]]);
    broker.refuses.clear();
    vi.advanceTimersByTime(10_000);
    expect(asked).toHaveLength(5);
    expect(told.at(-1)).toEqual([2, []]);
  });

  it('takes back a grant that the broker takes back', () => {
    const { subscriptions, broker, told } = begin(['a']);
    subscriptions.ask('all', 'anew');
    broker.refuses.add('a');
    subscriptions.ask('all', 'anew');
    expect(told).toEqual([
      [1, []],
      [0, ['a']],
    ]);
  });

  it('asks nothing while it is paused, and holds nothing for refused that was not answered', () => {
    const { subscriptions, broker, asked, told } = begin(['a']);
    broker.refuses.add('a');
    subscriptions.ask('all', 'anew');
    subscriptions.pause();
    vi.advanceTimersByTime(10_000);
    expect(asked).toHaveLength(1);
    broker.silent = true;
    subscriptions.ask('all', 'anew');
    expect(asked).toHaveLength(2);
    expect(told).toHaveLength(1);
  });
});
