import { describe, expect, it } from 'vitest';
import { WaitingRows } from '../../../src/forecast/waitingRows.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';

/** Issues at every tick its own number, and reads what was issued h ticks before. */
function run(rows: WaitingRows, from: number, ticks: number, skipped = 0): number[][] {
  return Array.from({ length: ticks }, (_, i) => {
    rows.advance(i === 0 ? skipped : 0);
    return Array.from({ length: rows.horizon }, (_, k) => {
      const row = rows.row(k + 1);
      const found = rows.data[row];
      rows.data[row] = from + i;
      return found;
    });
  });
}
const none = Number.NaN;

describe('WaitingRows', () => {
  it('gives for step h what was issued h ticks ago', () => {
    expect(run(new WaitingRows(3, 1), 0, 5)).toEqual([
      [none, none, none],
      [0, none, none],
      [1, 0, none],
      [2, 1, 0],
      [3, 2, 1],
    ]);
  });

  it('loses what was waiting for a tick that was left out, and nothing else', () => {
    const rows = new WaitingRows(4, 2);
    run(rows, 0, 6); // 0 … 5
    expect(run(rows, 8, 1, 2)).toEqual([[none, none, 5, 4]]); // ticks 6 and 7 left out
  });

  it('goes on after a snapshot as if there had been none', () => {
    const rows = new WaitingRows(3, 1);
    run(rows, 0, 7);
    const writer = new SnapshotWriter();
    rows.save(writer);
    const loaded = new WaitingRows(3, 1);
    loaded.load(new SnapshotReader(writer.bytes()));
    expect(run(loaded, 7, 4)).toEqual(run(rows, 7, 4));
  });
});
