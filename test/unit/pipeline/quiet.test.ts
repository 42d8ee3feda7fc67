import { describe, expect, it } from 'vitest';
import { Quiet } from '../../../src/pipeline/quiet.js';

const step = 60_000;
/** A series heard every `step`, `count` times, the last at event time and running time count·step. */
const steady = (count: number): Quiet => {
  const quiet = new Quiet();
  for (let i = 1; i <= count; i++) expect(quiet.hear(i * step, i * step, step)).toBeUndefined();
  return quiet;
};

describe('Quiet', () => {
  it('takes a few seconds without arrivals for the network, unless the readings carry their own time', () => {
    const fast = (): Quiet => {
      const quiet = new Quiet();
      for (let i = 1; i <= 20; i++) quiet.hear(50 * i, 50 * i, 50, true);
      return quiet;
    };
    expect(fast().hear(1000 + 9_999, 0, 50, true)).toBeUndefined();
    expect(fast().hear(1000 + 9_999, 0, 50, false)).toBe(1000);
    expect(fast().hear(1000 + 10_000, 0, 50, true)).toBe(1000);
  });

  it('tells where a gap began when a series is heard again after more than three steps', () => {
    expect(steady(10).hear(13 * step, 13 * step, step)).toBeUndefined();
    expect(steady(10).hear(13 * step + 1, 13 * step, step)).toBe(10 * step);
  });

  it('does not judge before six readings', () => {
    expect(steady(5).hear(500 * step, 0, step)).toBeUndefined();
    expect(steady(6).hear(500 * step, 0, step)).toBe(6 * step);
  });

  it('is patient with a sensor that rests often: twice its longest interval of late', () => {
    const quiet = new Quiet();
    let tMs = 0;
    for (let i = 0; i < 20; i++) quiet.hear((tMs += i % 4 === 0 ? 10 * step : step), 0, step);
    expect(quiet.hear((tMs += 10 * step), 0, step)).toBeUndefined();
    expect(quiet.hear(tMs + 21 * step, 0, step)).toBe(tMs);
  });

  it('does not let a gap make it patient', () => {
    const quiet = steady(10);
    expect(quiet.hear(110 * step, 0, step)).toBe(10 * step);
    expect(quiet.hear(114 * step, 0, step)).toBe(110 * step);
  });

  it('notices silence once by the running time of the node, and again after the next reading', () => {
    const quiet = steady(10);
    expect(quiet.silentSince(13 * step, step)).toBeUndefined();
    expect(quiet.silentSince(13 * step + 1, step)).toBe(10 * step);
    expect(quiet.silentSince(99 * step, step)).toBeUndefined();
    quiet.hear(100 * step, 100 * step, step);
    expect(quiet.silentSince(104 * step, step)).toBe(100 * step);
  });

  it('calls nothing silent within ten seconds', () => {
    const quiet = new Quiet();
    for (let i = 0; i < 20; i++) quiet.hear(100 * i, 100 * i, 100);
    expect(quiet.silentSince(11_899, 100)).toBeUndefined();
    expect(quiet.silentSince(11_900, 100)).toBe(1900);
  });

  it('takes ties and steps back for no interval', () => {
    const quiet = steady(5);
    for (let i = 0; i < 9; i++) quiet.hear(5 * step - i, 5 * step, step);
    expect(quiet.hear(500 * step, 0, step)).toBeUndefined();
  });

  it('carries event time on with the pace of the node, whatever the wall clock does', () => {
    expect(steady(3).eventNowMs(3 * step + 1234)).toBe(3 * step + 1234);
    const ahead = new Quiet();
    ahead.hear(1e12, 500, step);
    expect(ahead.eventNowMs(700)).toBe(1e12 + 200);
    expect(new Quiet().eventNowMs(700)).toBeNaN();
  });

  it('goes on from the last reading after a start, and takes the time before it for no interval', () => {
    const quiet = new Quiet();
    quiet.wake(1e12, 1000);
    quiet.wake(2e12, 2000);
    expect(quiet.eventNowMs(3000)).toBe(1e12 + 2000);
    expect(quiet.hear(1e12 + 999 * step, 5000, step)).toBeUndefined();
    for (let i = 1; i <= 5; i++) quiet.hear(1e12 + (999 + i) * step, 5000, step);
    expect(quiet.hear(1e12 + 1008 * step, 5000, step)).toBe(1e12 + 1004 * step);
  });
});
