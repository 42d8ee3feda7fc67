import { describe, expect, it } from 'vitest';
import { RetentionClock } from '../../../src/storage/retentionClock.js';

const day = 86_400_000;
const year = 365 * day;
const today = Date.UTC(2026, 5, 1);

describe('the clock of retention', () => {
  it('begins with the wall clock where nothing is stored', () => {
    expect(new RetentionClock(undefined).now(today, 5)).toBe(today);
  });

  it('follows the wall clock through an outage of weeks', () => {
    expect(new RetentionClock(today).now(today + 60 * day, 0)).toBe(today + 60 * day);
  });

  it('goes on with the running time when the wall clock jumps ahead by ten years, before the start or during the run', () => {
    const early = new RetentionClock(today);
    expect(early.now(today + 10 * year, 1000)).toBe(today);
    expect(early.now(today + 10 * year + day, 1000 + day)).toBe(today + day);
    const late = new RetentionClock(today);
    late.now(today, 0);
    expect(late.now(today + 10 * year, day)).toBe(today + day);
    expect(late.now(today + 2 * day, 2 * day)).toBe(today + 2 * day);
  });

  it('is never ahead of the wall clock: one set back, or a boot in 1970, makes nothing old', () => {
    const clock = new RetentionClock(today);
    expect(clock.now(today - 10 * year, 0)).toBe(today - 10 * year);
    expect(clock.now(5000, day)).toBe(5000);
    expect(clock.now(today + 2 * day, 2 * day)).toBe(today + 2 * day);
  });

  it('remembers where it stood, so that a wrong clock at the next start is seen too', () => {
    const first = new RetentionClock(today);
    first.now(today + 10 * year, 0);
    first.now(today + 10 * year, day);
    expect(new RetentionClock(first.referenceMs).now(today + 10 * year, 0)).toBe(today + day);
  });
});
