import { describe, expect, it } from 'vitest';
import { GridAligner } from '../../../src/series/gridAligner.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';
import type { Aggregate, SeriesSettings, Tick } from '../../../src/series/types.js';
import { gridSettings } from '../../support/settings.js';

const grid = (settings: Partial<SeriesSettings> = {}): GridAligner =>
  new GridAligner({ ...gridSettings, cadenceMs: 10, lateMs: 0, maxGapSteps: 3, ...settings });
type Step = readonly [ms: number, y: number, restart?: true];
const take = (to: GridAligner, steps: readonly Step[]): Tick[] => {
  const emitted: Tick[] = [];
  for (const [ms, y, restart] of steps) to.take(ms, y, restart ?? false, (tick) => emitted.push(tick));
  return emitted;
};
const close = (to: GridAligner, ms: number): Tick[] => {
  const emitted: Tick[] = [];
  to.closeUntil(ms, (tick) => emitted.push(tick));
  return emitted;
};
const short = (ticks: readonly Tick[]): [number, number, number][] => ticks.map(({ n, tMs, y }) => [n, tMs, y]);
const none = Number.NaN;

describe('GridAligner', () => {
  it('emits a slot when a reading comes past its end', () => {
    const to = grid();
    expect(
      take(to, [
        [103, 1],
        [109, 3],
      ]),
    ).toEqual([]);
    expect(take(to, [[110, 5]])).toEqual([{ n: 0, tMs: 100, y: 2, stepMs: 10, missing: 0, restart: true }]);
    expect(take(to, [[125, 7]])).toEqual([{ n: 1, tMs: 110, y: 5, stepMs: 10, missing: 0, restart: false }]);
  });

  it.each([
    ['mean', 3],
    ['last', 1],
    ['min', 1],
    ['max', 6],
    ['sum', 9],
  ] as [Aggregate, number][])('aggregates by %s', (aggregate, y) => {
    const to = grid({ aggregate });
    expect(
      take(to, [
        [0, 2],
        [1, 6],
        [2, 1],
        [10, 0],
      ])[0].y,
    ).toBe(y);
  });

  it('puts times before the epoch into their slot too', () => {
    expect(
      short(
        take(grid(), [
          [-1, 4],
          [0, 5],
        ]),
      ),
    ).toEqual([[0, -10, 4]]);
  });

  it('merges a late reading within the tolerance, in whatever order they come', () => {
    const to = grid({ lateMs: 15 });
    expect(
      take(to, [
        [5, 1],
        [17, 5],
        [8, 3],
        [24, 9],
      ]),
    ).toEqual([]);
    expect(short(take(to, [[25, 9]]))).toEqual([[0, 0, 2]]);
    expect([to.accepts(9), to.accepts(12)]).toEqual([false, true]);
  });

  it('accepts a reading older than the first open slot only within the tolerance', () => {
    const to = grid({ lateMs: 20 });
    take(to, [[105, 1]]);
    expect([to.accepts(74), to.accepts(75)]).toEqual([false, true]);
    expect(short([...take(to, [[76, 7]]), ...close(to, 130)])).toEqual([
      [0, 70, 7],
      [1, 80, none],
      [2, 90, none],
      [3, 100, 1],
    ]);
  });

  it('closes slots by event time without a reading, when their tolerance is over', () => {
    const to = grid({ lateMs: 5 });
    expect(to.dueMs).toBeUndefined();
    take(to, [
      [3, 1],
      [12, 2],
    ]);
    expect(to.dueMs).toBe(15);
    expect(close(to, 14)).toEqual([]);
    expect(short(close(to, 15))).toEqual([[0, 0, 1]]);
    expect(short(close(to, 1000))).toEqual([[1, 10, 2]]);
    expect([to.dueMs, to.accepts(19), to.accepts(20)]).toEqual([undefined, false, true]);
  });

  it('closes slots up to a tick, whatever the time', () => {
    const to = grid({ lateMs: 100 });
    take(to, [
      [3, 1],
      [14, 2],
      [36, 3],
    ]);
    const emitted: Tick[] = [];
    const through = (n: number): number[] => {
      emitted.length = 0;
      to.closeThrough(n, (tick) => emitted.push(tick));
      return emitted.map((tick) => tick.n);
    };
    expect([through(-1), through(1), through(2), through(3)]).toEqual([[], [0, 1], [], [2, 3]]);
  });

  it('fills a bounded gap with missing ticks', () => {
    const ticks = take(grid(), [
      [0, 1],
      [40, 5],
      [50, 6],
    ]);
    expect(short(ticks)).toEqual([
      [0, 0, 1],
      [1, 10, none],
      [2, 20, none],
      [3, 30, none],
      [4, 40, 5],
    ]);
    expect(ticks.map(({ missing, restart }) => [missing, restart])).toEqual([[0, true], ...Array(4).fill([0, false])]);
  });

  it('skips a longer gap and restarts', () => {
    expect(
      take(grid(), [
        [0, 1],
        [50, 5],
        [60, 6],
      ]),
    ).toEqual([
      { n: 0, tMs: 0, y: 1, stepMs: 10, missing: 0, restart: true },
      { n: 5, tMs: 50, y: 5, stepMs: 10, missing: 4, restart: true },
    ]);
  });

  it('begins a new time line: open slots are emitted, n goes on by one, the state restarts', () => {
    const ticks = take(grid({ lateMs: 30 }), [
      [1000, 1],
      [1010, 2],
      [200, 3, true],
      [212, 4],
      [260, 5],
    ]);
    expect(ticks.map(({ n, tMs, restart }) => [n, tMs, restart])).toEqual([
      [0, 1000, true],
      [1, 1010, false],
      [2, 200, true],
      [3, 210, false],
    ]);
  });

  it('gives no tick number twice when a new time line is joined by a reading older than its first', () => {
    const ticks = take(grid({ lateMs: 30 }), [
      [1000, 1],
      [1010, 2],
      [205, 3, true],
      [196, 4],
      [290, 5],
    ]);
    expect(short(ticks)).toEqual([
      [0, 1000, 1],
      [1, 1010, 2],
      [2, 190, 4],
      [3, 200, 3],
    ]);
  });

  it('keeps its numbering over two new time lines of which one gave no tick', () => {
    const ticks = take(grid({ lateMs: 500 }), [
      [1000, 1],
      [300, 2, true],
      [100, 3, true],
      [700, 4],
    ]);
    expect(short(ticks)).toEqual([
      [0, 1000, 1],
      [1, 300, 2],
      [2, 100, 3],
    ]);
  });

  it('makes a meter its increase a step, whatever the aggregate, resets and gaps included', () => {
    const ticks = take(grid({ counter: true, aggregate: 'sum' }), [
      [0, 90],
      [5, 100],
      [12, 106],
      [33, 116],
      [41, 2],
      [0, 50, true],
      [10, 53],
      [20, 0],
    ]);
    expect(ticks.map(({ y }) => y)).toEqual([none, 6, none, 5, 2, none, 3]);
  });

  it('can count on from another aligner, before its first tick and after', () => {
    const fresh = grid();
    fresh.numberFrom(40);
    expect(
      short(
        take(fresh, [
          [100, 1],
          [110, 2],
        ]),
      ),
    ).toEqual([[40, 100, 1]]);
    fresh.numberFrom(90);
    expect(fresh.next).toBe(90);
    expect(short(take(fresh, [[120, 3]]))).toEqual([[90, 110, 2]]);
  });

  it.each(Array.from({ length: 9 }, (_, i) => i))(
    'goes on after a snapshot after %d readings as if there had been none',
    (at) => {
      const all: Step[] = [
        [3, 1],
        [14, 2],
        [8, 9],
        [17, 3],
        [41, 7],
        [160, 8],
        [20, 2, true],
        [31, 3],
        [12, 4],
        [90, 6],
      ];
      const original = grid({ lateMs: 15, counter: at % 2 === 1 });
      take(original, all.slice(0, at));
      const writer = new SnapshotWriter();
      original.save(writer);
      const loaded = grid({ lateMs: 15, counter: at % 2 === 1 });
      loaded.load(new SnapshotReader(writer.bytes()));
      expect(loaded.dueMs).toBe(original.dueMs);
      expect(take(loaded, all.slice(at))).toEqual(take(original, all.slice(at)));
    },
  );

  it.each([0, -60, 0.5, Number.NaN])('refuses a cadence of %d', (cadenceMs) => {
    expect(() => grid({ cadenceMs })).toThrow(RangeError);
  });
});
