import { describe, expect, it } from 'vitest';
import { WaitingRows } from '../../../src/forecast/waitingRows.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';

const upTo = (horizon: number) => Array.from({ length: horizon }, (_, i) => i + 1);

/** Issues at every tick its own number, and reads what was issued h ticks before. */
function run(rows: WaitingRows, horizon: number, from: number, ticks: number, skipped = 0): (number | undefined)[][] {
  return Array.from({ length: ticks }, (_, i) => {
    rows.advance(i === 0 ? skipped : 0);
    return Array.from({ length: horizon }, (_, k) => {
      const due = rows.due(k);
      const found = due < 0 ? undefined : rows.data[due];
      rows.empty(due);
      const slot = rows.slot(k);
      if (slot >= 0) rows.data[slot] = from + i;
      return found;
    });
  });
}
const none = Number.NaN;

describe('WaitingRows', () => {
  it('gives for step h what was issued h ticks ago', () => {
    expect(run(new WaitingRows(upTo(3), 1), 3, 0, 5)).toEqual([
      [none, none, none],
      [0, none, none],
      [1, 0, none],
      [2, 1, 0],
      [3, 2, 1],
    ]);
  });

  it('keeps far ahead what will be scored: two ticks of five, on every hour of a day in its turn', () => {
    const found = run(new WaitingRows(upTo(24), 1), 24, 0, 24 * 5 + 24).slice(24);
    const hours = Array.from({ length: 24 }, () => new Set<number>());
    let scored = 0;
    for (const [i, row] of found.entries()) {
      const tick = 24 + i;
      for (const [k, issued] of row.entries()) {
        if (issued === undefined) continue;
        expect(issued).toBe(tick - (k + 1));
        if (k >= 6) scored++;
        hours[k].add(tick % 24);
      }
    }
    expect(scored).toBe(0.4 * 18 * 24 * 5);
    expect(hours.every(({ size }) => size === 24)).toBe(true);
  });

  it('loses what was waiting for a tick that was left out, and nothing else', () => {
    const rows = new WaitingRows(upTo(4), 2);
    run(rows, 4, 0, 6); // 0 … 5
    expect(run(rows, 4, 8, 1, 2)).toEqual([[none, none, 5, 4]]); // ticks 6 and 7 left out
  });

  it('keeps rows for the steps it was given, and no others', () => {
    const rows = new WaitingRows([1, 3], 1);
    expect(run(rows, 2, 0, 5)).toEqual([
      [none, none],
      [0, none],
      [1, none],
      [2, 0],
      [3, 1],
    ]);
  });

  it('goes on after a snapshot as if there had been none', () => {
    const rows = new WaitingRows(upTo(3), 1);
    run(rows, 3, 0, 7);
    const writer = new SnapshotWriter();
    rows.save(writer);
    const loaded = new WaitingRows(upTo(3), 1);
    loaded.load(new SnapshotReader(writer.bytes()));
    expect(run(loaded, 3, 7, 4)).toEqual(run(rows, 3, 7, 4));
  });
});
