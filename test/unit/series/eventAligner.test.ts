import { describe, expect, it } from 'vitest';
import { EventAligner } from '../../../src/series/eventAligner.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';
import type { Tick } from '../../../src/series/types.js';
import { eventSettings } from '../../support/settings.js';

const aligner = (settings = {}): EventAligner => new EventAligner({ ...eventSettings, ...settings });
/** Ticks of [seconds, value] pairs; a third element begins a new time line. */
const ticks = (to: EventAligner, readings: readonly (readonly [number, number, true?])[]): Tick[] => {
  const emitted: Tick[] = [];
  for (const [s, y, restart] of readings) to.take(1000 * s, y, restart ?? false, (tick) => emitted.push(tick));
  return emitted;
};
const steady = (count: number, stepS = 60): [number, number][] =>
  Array.from({ length: count }, (_, i) => [i * stepS, i]);

describe('EventAligner', () => {
  it('makes every reading one tick, the first one a restart', () => {
    expect(
      ticks(aligner(), [
        [0, 5],
        [61, 6],
      ]),
    ).toEqual([
      { n: 0, tMs: 0, y: 5, stepMs: 60_000, stepIsGuess: true, missing: 0, restart: true },
      { n: 1, tMs: 61_000, y: 6, stepMs: 60_000, stepIsGuess: true, missing: 0, restart: false },
    ]);
  });

  it('keeps pace with time: missed steps are counted once the cadence is known', () => {
    const emitted = ticks(aligner(), [...steady(6), [480, 9], [570, 10], [661, 11]]);
    expect(emitted.slice(5).map(({ n, missing, restart }) => [n, missing, restart])).toEqual([
      [5, 0, false],
      [8, 2, false], // three steps after
      [9, 0, false], // one and a half: late, not missing
      [11, 1, false], // just more than that
    ]);
  });

  it('counts nothing as missing before the cadence is known', () => {
    expect(
      ticks(aligner(), [
        [0, 1],
        [60, 2],
        [6000, 3],
      ]).map(({ n }) => n),
    ).toEqual([0, 1, 2]);
  });

  it('restarts after a gap of more than maxGapSteps, and not after one as long', () => {
    const clearedAfter = (missing: number): boolean | undefined =>
      ticks(aligner({ maxGapSteps: 3 }), [...steady(6), [300 + 60 * (missing + 1), 0]]).at(-1)?.restart;
    expect([clearedAfter(3), clearedAfter(4)]).toEqual([false, true]);
  });

  it('accepts a reading as old as the newest and none older', () => {
    const to = aligner();
    expect(to.accepts(-1e15)).toBe(true);
    ticks(to, [[60, 1]]);
    expect([to.accepts(59_999), to.accepts(60_000), to.accepts(60_001)]).toEqual([false, true, true]);
  });

  it('makes two readings of one moment two ticks', () => {
    expect(
      ticks(aligner(), [
        [0, 1],
        [0, 2],
      ]).map(({ n, tMs, y }) => [n, tMs, y]),
    ).toEqual([
      [0, 0, 1],
      [1, 0, 2],
    ]);
  });

  it('goes on counting on a new time line, and does not take the step back for an interval', () => {
    const emitted = ticks(aligner(), [...steady(6), [-86_400, 6, true], [-86_340, 7]]);
    expect(emitted.slice(6)).toEqual([
      { n: 6, tMs: -86_400_000, y: 6, stepMs: 60_000, stepIsGuess: false, missing: 0, restart: true },
      { n: 7, tMs: -86_340_000, y: 7, stepMs: 60_000, stepIsGuess: false, missing: 0, restart: false },
    ]);
  });

  it('spreads the increase of a meter over the steps that were missed, and knows none across time lines', () => {
    const meter = steady(6).map(([s, y]) => [s, 10 * y] as const);
    const emitted = ticks(aligner({ counter: true }), [...meter, [480, 80], [100, 90, true], [160, 91]]);
    expect(emitted.map(({ y }) => y)).toEqual([Number.NaN, 10, 10, 10, 10, 10, 10, Number.NaN, 1]);
  });

  it('never waits for anything', () => {
    const to = aligner();
    ticks(to, steady(3));
    expect(to.dueMs).toBeUndefined();
  });

  it('can count on from another aligner', () => {
    const to = aligner();
    to.numberFrom(100);
    expect(to.next).toBe(100);
    const emitted = ticks(to, [
      [0, 1],
      [60, 2],
    ]);
    expect(emitted.map(({ n, restart }) => [n, restart])).toEqual([
      [100, true],
      [101, false],
    ]);
    expect(to.next).toBe(102);
  });

  it.each([0, 1, 5, 8])('goes on after a snapshot taken after %d readings as if there had been none', (at) => {
    const all = [...steady(6), [600, 3], [660, 4], [100, 5, true], [161, 6], [230, 7]] as [number, number, true?][];
    const original = aligner({ counter: true });
    ticks(original, all.slice(0, at));
    const writer = new SnapshotWriter();
    original.save(writer);
    const loaded = aligner({ counter: true });
    loaded.load(new SnapshotReader(writer.bytes()));
    expect(ticks(loaded, all.slice(at))).toEqual(ticks(original, all.slice(at)));
  });
});
