import { describe, expect, it } from 'vitest';
import { GrowingNumbers } from '../../../src/storage/growingNumbers.js';

const filled = (count: number, spare?: ArrayBuffer): GrowingNumbers => {
  const numbers = new GrowingNumbers();
  numbers.append(Float64Array.from({ length: 4096 }, () => 0));
  numbers.handOver(spare);
  numbers.append(Float64Array.from({ length: count }, (_, i) => i));
  return numbers;
};

describe('GrowingNumbers', () => {
  it('gives all that was put and appended, however much, and begins anew', () => {
    const numbers = new GrowingNumbers();
    numbers.reserve(1);
    numbers.put(-1);
    numbers.append(Float64Array.from({ length: 5000 }, (_, i) => i));
    expect([...numbers.handOver()]).toEqual([-1, ...Array.from({ length: 5000 }, (_, i) => i)]);
    expect(numbers.length).toBe(0);
    expect(numbers.handOver()).toHaveLength(0);
  });

  it('goes on in the buffer it is given back', () => {
    const spare = new ArrayBuffer(8 * 4096);
    expect(filled(3, spare).handOver().buffer).toBe(spare);
  });

  it('lets go of a buffer that a burst has left', () => {
    const ofBurst = new ArrayBuffer(8 * 1_000_000);
    const next = filled(3, ofBurst).handOver();
    expect(next.buffer).not.toBe(ofBurst);
    expect([...next]).toEqual([0, 1, 2]);
  });
});
