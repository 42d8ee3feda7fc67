import { describe, expect, it } from 'vitest';
import { Cadence } from '../../../src/series/cadence.js';
import { Random } from '../../../src/series/random.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';

const observed = (intervals: readonly number[]): Cadence => {
  const cadence = new Cadence();
  for (const interval of intervals) cadence.observe(interval);
  return cadence;
};
const times = (count: number, ms: number): number[] => Array(count).fill(ms);

describe('Cadence', () => {
  it('assumes a minute until it knows better', () => {
    expect([observed([]).stepMs, observed([]).settled, new Cadence(500).stepMs]).toEqual([60_000, false, 500]);
  });

  it('takes its first interval at once and is settled by the fourth', () => {
    expect([observed([9800]).stepMs, observed(times(3, 9800)).settled]).toEqual([10_000, false]);
    expect(observed(times(4, 9800)).settled).toBe(true);
  });

  it.each([
    [1020, 1000],
    [297_000, 300_000],
    [3_700_000, 3_600_000],
    [7000, 7000],
    [1234.4, 1234],
    [0.2, 1],
  ])('makes an interval of %d ms a step of %d ms', (interval, stepMs) => {
    expect(observed(times(5, interval)).stepMs).toBe(stepMs);
  });

  it('does not move by jitter', () => {
    const random = new Random(7);
    const cadence = observed(times(15, 60_000));
    for (let i = 0; i < 2000; i++) {
      cadence.observe(60_000 + random.between(-2900, 2900));
      expect(cadence.stepMs).toBe(60_000);
    }
  });

  it('is a median: seven of fifteen intervals may be anything', () => {
    expect(observed([...times(15, 10_000), ...times(7, 3_600_000)]).stepMs).toBe(10_000);
    expect(observed([...times(15, 10_000), ...times(7, 3)]).stepMs).toBe(10_000);
  });

  it('follows a sensor that was set to another pace within eight intervals', () => {
    expect(observed([...times(40, 10_000), ...times(8, 60_000)]).stepMs).toBe(60_000);
  });

  describe('after a gap, for readings timed by their arrival', () => {
    const arrived = (cadence: Cadence, intervals: readonly number[]): Cadence => {
      for (const interval of intervals) cadence.observe(interval, true);
      return cadence;
    };

    it.each([20, 14, 8, 4])('keeps its pace through the burst of what a gap of %d steps held up', (steps) => {
      const cadence = arrived(new Cadence(), times(6, 60_000));
      for (const interval of [steps * 60_000, ...times(steps - 1, 2), 40_000, ...times(5, 60_000)])
        expect(arrived(cadence, [interval]).stepMs).toBe(60_000);
    });

    it('takes no more for held up than the gap had steps', () => {
      const cadence = arrived(new Cadence(), [...times(15, 60_000), 300_000, ...times(5, 2)]);
      expect(arrived(cadence, times(7, 2)).stepMs).toBe(60_000);
      expect(arrived(cadence, times(8, 2)).stepMs).toBe(2);
    });

    it('learns a faster pace as ever when it began without a gap, or is not that of a burst', () => {
      expect(arrived(new Cadence(), [...times(15, 60_000), ...times(8, 1_000)]).stepMs).toBe(1_000);
      expect(arrived(new Cadence(), [...times(15, 60_000), 1_200_000, ...times(8, 10_000)]).stepMs).toBe(10_000);
    });

    it('believes times of the device: they are its pace', () => {
      expect(observed([...times(15, 60_000), 1_200_000, ...times(8, 2)]).stepMs).toBe(2);
    });
  });

  it('ignores what is no interval', () => {
    expect(observed([0, -5, Number.NaN]).settled).toBe(false);
    expect(observed([0, -5, Number.NaN]).stepMs).toBe(60_000);
  });

  it('remembers its longest recent interval', () => {
    expect(observed([]).longestMs).toBe(0);
    expect(observed([...times(3, 1000), 9000, ...times(14, 1000)]).longestMs).toBe(9000);
    expect(observed([9000, ...times(15, 1000)]).longestMs).toBe(1000);
  });

  it('goes on after a snapshot as if there had been none', () => {
    const random = new Random(3);
    const original = observed(Array.from({ length: 22 }, () => random.between(5000, 90_000)));
    original.observe(2_000_000, true);
    const writer = new SnapshotWriter();
    original.save(writer);
    const loaded = new Cadence(1);
    loaded.load(new SnapshotReader(writer.bytes()));
    for (let i = 0; i < 40; i++) {
      const interval = random.between(5000, 90_000);
      const held = i % 3 === 0 ? 1 : interval;
      original.observe(held, true);
      loaded.observe(held, true);
      expect([loaded.stepMs, loaded.settled]).toEqual([original.stepMs, original.settled]);
    }
  });
});
