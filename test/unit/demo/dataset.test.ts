import { describe, expect, it } from 'vitest';
import { perHour, readDataset } from '../../../src/demo/dataset.js';
import { replayPayload } from '../../../src/demo/replay.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const replays = readDataset();

describe('readDataset', () => {
  it('gives the recorded streams whole: a year of hours, a quarter of hours, four years of days twice', () => {
    expect(replays.map(({ topic, rows }) => [topic, rows.length])).toEqual([
      ['sensors/seattle/air', 8759],
      ['sensors/airports', 2158],
      ['sensors/seattle/weather', 1461],
      ['sensors/new-york/weather', 1461],
    ]);
  });

  it.each(replays)('sends $topic with finite values at strictly even steps of its own time', ({ rows, sensors }) => {
    const stepMs = sensors[0].moments === 'day' ? dayMs : hourMs;
    expect(rows.every(({ values }) => Object.values(values).every(Number.isFinite))).toBe(true);
    expect(rows.findIndex(({ tMs }, i) => tMs !== rows[0].tMs + i * stepMs)).toBe(-1);
  });

  it.each(replays)(
    'knows the series of every field of $topic by the name the daemon will give it',
    ({ topic, rows, sensors }) => {
      expect(sensors.map(({ series }) => series)).toEqual(
        Object.keys(rows[0].values).map((field) => `${topic}.${field}`),
      );
    },
  );

  it('keeps the recorded figures', () => {
    expect(replays.map(({ rows }) => replayPayload(rows[0]))).toEqual([
      '{"time":"2010-01-01T01:00:00.000Z","temperature":4}',
      '{"time":"2001-01-01T00:00:00.000Z","departures":1}',
      '{"time":"2012-01-01T00:00:00.000Z","high":12.8}',
      '{"time":"2012-01-01T00:00:00.000Z","high":10}',
    ]);
  });
});

describe('perHour', () => {
  it('counts by the hour in any order, keeps empty hours and leaves out the last, which may be cut short', () => {
    const times = [3.5, 0.2, 0.9, 2.1, 5.1].map((hours) => 1e9 * hourMs + hours * hourMs);
    expect(perHour(times).map(({ count }) => count)).toEqual([2, 0, 1, 1, 0]);
    expect(perHour(times)[1].tMs).toBe(1e9 * hourMs + hourMs);
  });

  it('has nothing to count in nothing', () => {
    expect(perHour([])).toEqual([]);
  });
});
