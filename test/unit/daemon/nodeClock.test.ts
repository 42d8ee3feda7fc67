import { describe, expect, it } from 'vitest';
import { NodeClock } from '../../../src/daemon/nodeClock.js';

const releasedMs = Date.UTC(2026, 0, 1);
const hour = 3_600_000;
const year = 365 * 24 * hour;

function machine(startMs: number) {
  const time = { wall: startMs, elapsed: 5000 };
  const steps: number[] = [];
  const clock = new NodeClock({
    wallMs: () => time.wall,
    elapsedMs: () => time.elapsed,
    notBeforeMs: releasedMs,
    onStep: (stepMs) => steps.push(stepMs),
  });
  const pass = (ms: number): void => {
    time.wall += ms;
    time.elapsed += ms;
  };
  return { clock, time, steps, pass };
}

describe('NodeClock', () => {
  it('goes with the wall clock while that runs evenly', () => {
    const { clock, time, pass } = machine(releasedMs + hour);
    pass(1234);
    expect(clock.nowMs()).toBe(time.wall);
    expect(clock.trustedMs()).toBe(time.wall);
  });

  it('waits a small step back out, and never steps back itself', () => {
    const { clock, time, pass } = machine(releasedMs + hour);
    const before = clock.nowMs();
    time.wall -= 10_000;
    expect(clock.nowMs()).toBe(before);
    pass(4000);
    expect(clock.nowMs()).toBe(before);
    pass(7000);
    expect(clock.nowMs()).toBe(time.wall);
  });

  it.each([10 * year, -10 * year])('does not follow a step of %d ms, and tells of it once', (stepMs) => {
    const { clock, time, steps, pass } = machine(releasedMs + hour);
    const before = clock.nowMs();
    time.wall += stepMs;
    pass(60_000);
    expect(clock.nowMs()).toBe(before + 60_000);
    pass(60_000);
    expect(clock.trustedMs()).toBe(before + 120_000);
    expect(steps).toHaveLength(1);
  });

  it('goes on as if nothing had been when the step is taken back', () => {
    const { clock, time, pass } = machine(releasedMs + hour);
    time.wall += 10 * year;
    clock.nowMs();
    time.wall -= 10 * year;
    pass(1000);
    expect(clock.nowMs()).toBe(time.wall);
  });

  it('does not trust a clock of 1970, and does trust it once it has been set', () => {
    const { clock, time, pass } = machine(0);
    expect(clock.trustedMs()).toBeUndefined();
    expect(clock.nowMs()).toBe(releasedMs);
    pass(5000);
    expect(clock.nowMs()).toBe(releasedMs + 5000);
    time.wall = releasedMs + year;
    expect(clock.trustedMs()).toBe(releasedMs + year);
  });
});
