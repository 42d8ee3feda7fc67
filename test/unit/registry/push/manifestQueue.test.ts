import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ManifestQueue } from '../../../../src/registry/push/manifestQueue.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A queue whose listener takes 5 ms a manifest; what it heard, and when. */
const queueOf = (mostBytes = 1000) => {
  const heard: string[] = [];
  const dropped: number[] = [];
  let busyMs = 0;
  const queue = new ManifestQueue({
    mostBytes,
    elapsedMs: () => Date.now() + busyMs,
    hear: ({ name, payload }) => {
      heard.push(`${name}${payload.length}`);
      busyMs += 5;
    },
    onDropped: (count) => dropped.push(count),
  });
  const add = (name: string, size = 1): void =>
    queue.add(`p/all/model/${name}/manifest`, { target: 'all', name, payload: new Uint8Array(size) });
  return { queue, add, heard, dropped };
};

it('hears manifests one a turn, in the order they came, and leaves three quarters of the time to others', () => {
  const { add, heard } = queueOf();
  for (const name of ['a', 'b', 'c']) add(name);
  expect(heard).toEqual([]);
  vi.advanceTimersByTime(0);
  expect(heard).toEqual(['a1']);
  vi.advanceTimersByTime(14);
  expect(heard).toEqual(['a1']);
  vi.advanceTimersByTime(1);
  expect(heard).toEqual(['a1', 'b1']);
  vi.advanceTimersByTime(15);
  expect(heard).toEqual(['a1', 'b1', 'c1']);
});

it('hears of one topic what came last', () => {
  const { add, heard } = queueOf();
  add('a', 1);
  add('b', 1);
  add('a', 2);
  vi.runAllTimers();
  expect(heard).toEqual(['b1', 'a2']);
});

it('drops what does not fit, and says how many those were once it is empty', () => {
  const { add, heard, dropped } = queueOf(1000);
  add('a', 900);
  add('b', 200);
  add('c', 101);
  add('a', 1000);
  expect(dropped).toEqual([]);
  vi.runAllTimers();
  expect(heard).toEqual(['a1000']);
  expect(dropped).toEqual([2]);
  add('b', 200);
  vi.runAllTimers();
  expect([heard, dropped]).toEqual([['a1000', 'b200'], [2]]);
});

it('hears nothing more after its end', () => {
  const { queue, add, heard } = queueOf();
  add('a');
  queue.stop();
  vi.runAllTimers();
  expect(heard).toEqual([]);
});
