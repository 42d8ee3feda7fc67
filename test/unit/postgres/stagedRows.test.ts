import { describe, expect, it } from 'vitest';
import { seriesChanges } from '../../../src/postgres/seriesChanges.js';
import { StagedRows } from '../../../src/postgres/stagedRows.js';
import { emptyBatch, forecastRow, readingRow } from '../../support/storeFixture.js';

const epochs = new Map([
  [1, 11],
  [2, 12],
]);
const staged = (...batches: Partial<typeof emptyBatch>[]): StagedRows => {
  const rows = new StagedRows();
  for (const batch of batches) rows.add({ ...emptyBatch, ...batch }, (series) => epochs.get(series));
  return rows;
};

describe('StagedRows', () => {
  it('leaves out what is of a series that was lost, and keeps the epoch of every other', () => {
    const state = Uint8Array.of(1);
    const rows = staged({
      readings: [readingRow(1, 1, 0, 1), readingRow(2, 3, 0, 1)],
      forecasts: [forecastRow(1, 1, 0, 0, 1), forecastRow(2, 3, 0, 0, 1)],
      snapshots: [1, 2, 3].map((series) => ({ series, readingId: 1, model: 'a', state })),
      summaries: [{ series: 3, stepMs: 1, season: 0, model: 'a' }],
    });
    expect([rows.readings.length, rows.forecasts.length, [...rows.snapshots.keys()], rows.summaries.size]).toEqual([
      ...[1, 1, [1, 2], 0],
    ]);
    expect(rows.epochs).toEqual(epochs);
  });

  it('drops all of a series that is lost later', () => {
    const rows = staged({ readings: [readingRow(1, 1, 0, 1), readingRow(2, 2, 0, 1)] });
    rows.drop(new Set([1]));
    expect([rows.readings.map(({ series }) => series), [...rows.epochs.keys()]]).toEqual([[2], [2]]);
  });

  it('has one form for forecasts that share model, levels and horizon', () => {
    const row = forecastRow(1, 1, 0, 0, 1);
    const rows = staged({
      forecasts: [
        row,
        { ...row, levels: [...row.levels] },
        forecastRow(2, 1, 1, 0, 1, 5),
        { ...row, model: 'other@1' },
      ],
    });
    expect(new Set(rows.forecasts.map(({ form }) => form)).size).toBe(3);
    expect(rows.forecasts[0].form).toBe(rows.forecasts[1].form);
  });
});

describe('seriesChanges', () => {
  it('sums up what a commit has of each series, in the order of the series', () => {
    const readings = [
      readingRow(5, 2, 300, 1),
      readingRow(6, 1, 10, 7),
      readingRow(7, 2, 200, 9),
      readingRow(9, 2, 300, 4),
    ];
    const forecasts = [forecastRow(5, 2, 40, 300, 1), forecastRow(11, 2, 41, 400, 1)];
    expect(seriesChanges(staged({ readings }, { forecasts }))).toEqual([
      { series: 1, epoch: 11, readings: 1, firstMs: 10, lastMs: 10, lastValue: 7, lastId: 6, lastTick: -1 },
      { series: 2, epoch: 12, readings: 3, firstMs: 200, lastMs: 300, lastValue: 4, lastId: 11, lastTick: 41 },
    ]);
  });
});
