import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/series/random.js';
import { RecentValues } from '../../../src/series/recentValues.js';
import { SeasonFinder } from '../../../src/series/seasonFinder.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';

function found(count: number, value: (t: number, random: Random) => number, seed = 1): number {
  const random = new Random(seed);
  const values = new RecentValues(201);
  const finder = new SeasonFinder(200);
  for (let t = 0; t < count; t++) {
    values.push(value(t, random));
    finder.observe(values);
  }
  return finder.period;
}

describe('SeasonFinder', () => {
  it.each([7, 12, 37, 60])('finds a noisy wave of %d steps', (period) => {
    const wave = (t: number, random: Random) => 5 * Math.sin((2 * Math.PI * t) / period) + 0.5 * random.normal();
    expect(found(10 * period, wave)).toBe(period);
  });

  it('finds the on and off of a pump, in steps of its whole cycle and not of two', () => {
    expect(found(600, (t, random) => (t % 23 < 5 ? 100 : 0) + random.normal())).toBe(23);
  });

  it.each([1, 2, 3, 4, 5, 6])('finds none in noise nor in a random walk, seed %d', (seed) => {
    let level = 0;
    expect(found(2000, (_, random) => random.normal(), seed)).toBe(0);
    expect(found(2000, (_, random) => (level += random.normal()), seed)).toBe(0);
  });

  it('finds none in a constant, and none before three repetitions', () => {
    expect(found(500, () => 5)).toBe(0);
    expect(found(60, (t) => Math.sin((2 * Math.PI * t) / 30))).toBe(0);
  });

  it('goes on after a snapshot as if there had been none', () => {
    const values = new RecentValues(201);
    const wave = (t: number) => Math.sin((2 * Math.PI * t) / 20);
    const finder = new SeasonFinder(200);
    for (let t = 0; t < 50; t++) {
      values.push(wave(t));
      finder.observe(values);
    }
    const bytes = (one: SeasonFinder) => {
      const writer = new SnapshotWriter();
      one.save(writer);
      return writer.bytes();
    };
    const loaded = new SeasonFinder(200);
    loaded.load(new SnapshotReader(bytes(finder)));
    for (let t = 50; t < 200; t++) {
      values.push(wave(t));
      for (const one of [finder, loaded]) one.observe(values);
    }
    expect(bytes(loaded)).toEqual(bytes(finder));
    expect(loaded.period).toBe(20);
  });
});
