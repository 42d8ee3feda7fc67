import { describe, expect, it } from 'vitest';
import { createOutbox } from '../../../src/publish/outbox.js';

const drained = (outbox: ReturnType<typeof createOutbox<number>>) => {
  const sent: [string, number][] = [];
  outbox.flush((item, key) => sent.push([key, item]) > 0);
  return sent;
};

describe('outbox', () => {
  it('keeps the latest of each key, and sends the longest unchanged first', () => {
    const outbox = createOutbox<number>(10);
    outbox.put('a', 1);
    outbox.put('b', 2);
    outbox.put('a', 3);
    expect(outbox.replaced).toBe(1);
    expect(drained(outbox)).toEqual([
      ['b', 2],
      ['a', 3],
    ]);
    expect(outbox.size).toBe(0);
  });

  it('drops the oldest when it is full, and counts it', () => {
    const outbox = createOutbox<number>(2);
    for (const [index, key] of ['a', 'b', 'c', 'd'].entries()) outbox.put(key, index);
    expect(outbox.dropped).toBe(2);
    expect(drained(outbox)).toEqual([
      ['c', 2],
      ['d', 3],
    ]);
  });

  it('keeps what was refused, and what stands behind it', () => {
    const outbox = createOutbox<number>(10);
    for (const [index, key] of ['a', 'b', 'c'].entries()) outbox.put(key, index);
    outbox.flush((item) => item < 1);
    expect(drained(outbox)).toEqual([
      ['b', 1],
      ['c', 2],
    ]);
  });

  it('wants room for one at least', () => {
    expect(() => createOutbox(0)).toThrow(RangeError);
  });
});
