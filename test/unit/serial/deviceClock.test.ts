import { describe, expect, it } from 'vitest';
import { DeviceClock } from '../../../src/serial/deviceClock.js';

const startMs = Date.UTC(2026, 5, 1);
const minute = 60_000;

/** A device whose crystal runs `ppm` too fast, asked once a minute. */
const drifting = (ppm: number, minutes: number) => {
  const clock = new DeviceClock();
  let pieces = 0;
  let worstMs = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i <= minutes; i++) {
    const hostMs = startMs + i * minute;
    const deviceMs = Math.round(i * minute * (1 + ppm * 1e-6));
    if (clock.hear({ deviceMs, hostMs, uncertaintyMs: 2 })) pieces++;
    worstMs = Math.max(worstMs, Math.abs(clock.at(deviceMs) - hostMs));
    expect(clock.at(deviceMs)).toBeGreaterThan(lastMs);
    lastMs = clock.at(deviceMs);
  }
  return { pieces, worstMs };
};

describe('the clock of a device', () => {
  it('is a line through the first sample, backwards too', () => {
    const clock = new DeviceClock();
    expect(() => clock.at(1)).toThrow(RangeError);
    expect(clock.hear({ deviceMs: 5_000, hostMs: startMs, uncertaintyMs: 3 })).toBe(true);
    expect([clock.at(5_000), clock.at(0), clock.at(6_500)]).toEqual([startMs, startMs - 5_000, startMs + 1_500]);
    expect(clock.uncertaintyMs).toBe(3);
  });

  it('stays as it is while it is about right, and says how far it may be off', () => {
    const clock = new DeviceClock();
    clock.hear({ deviceMs: 0, hostMs: startMs, uncertaintyMs: 3 });
    expect(clock.hear({ deviceMs: minute, hostMs: startMs + minute + 40, uncertaintyMs: 5 })).toBe(false);
    expect(clock.at(minute)).toBe(startMs + minute);
    expect(clock.uncertaintyMs).toBe(45);
  });

  it('never changes the time of a reading that it has told', () => {
    const clock = new DeviceClock();
    clock.hear({ deviceMs: 0, hostMs: startMs, uncertaintyMs: 1 });
    const told = [0, 30_000, 59_999].map((ms) => clock.at(ms));
    expect(clock.hear({ deviceMs: minute, hostMs: startMs + minute + 500, uncertaintyMs: 1 })).toBe(true);
    expect(clock.hear({ deviceMs: 2 * minute, hostMs: startMs + 9 * minute, uncertaintyMs: 1 })).toBe(true);
    expect([0, 30_000, 59_999].map((ms) => clock.at(ms))).toEqual(told);
  });

  it.each([-200, -50, 20, 50, 200])(
    'follows a crystal that is %i ppm off within 70 ms, in order, in few pieces',
    (ppm) => {
      const { pieces, worstMs } = drifting(ppm, 24 * 60);
      expect(worstMs).toBeLessThanOrEqual(70);
      expect(pieces).toBeLessThanOrEqual(100);
    },
  );

  it('jumps when the clock of this machine was set', () => {
    const clock = new DeviceClock();
    clock.hear({ deviceMs: 0, hostMs: 1_000_000, uncertaintyMs: 1 });
    clock.hear({ deviceMs: minute, hostMs: startMs, uncertaintyMs: 1 });
    expect(clock.at(minute)).toBe(startMs);
    expect(clock.at(minute + 5)).toBe(startMs + 5);
  });

  it('goes on from the pieces that were kept', () => {
    const clock = new DeviceClock();
    clock.hear({ deviceMs: 0, hostMs: startMs, uncertaintyMs: 1 });
    clock.hear({ deviceMs: 20 * minute, hostMs: startMs + 20 * minute + 400, uncertaintyMs: 1 });
    const again = new DeviceClock(JSON.parse(JSON.stringify(clock.segments)));
    expect(again.isSet).toBe(true);
    for (const ms of [1, 7 * minute, 21 * minute, 90 * minute]) expect(again.at(ms)).toBe(clock.at(ms));
  });
});
