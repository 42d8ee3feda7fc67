import { describe, expect, it } from 'vitest';
import type { ReadingRow } from '../../../src/pipeline/ports.js';
import { Random } from '../../../src/series/random.js';
import { PacketLedger } from '../../../src/storage/packetLedger.js';

const row = (id: number, packetId: number) => ({ id, packetId, series: 1, tMs: id, y: id, flags: 0 });

describe('the ledger of packets', () => {
  it('holds the readings of a packet until its id is free or the session is another', () => {
    const ledger = new PacketLedger();
    for (const [id, packetId] of [
      [1, 5],
      [2, 5],
      [3, 6],
      [4, -1],
    ])
      ledger.add(row(id, packetId));
    expect(ledger.under(5)).toEqual([row(1, 5), row(2, 5)]);
    ledger.forget(5);
    expect([ledger.under(5), ledger.under(6), ledger.under(-1)]).toEqual([[], [row(3, 6)], []]);
    ledger.clear();
    expect(ledger.under(6)).toEqual([]);
  });

  it('takes of an id that an earlier run used twice the later use', () => {
    const ledger = new PacketLedger();
    ledger.restore([row(1, 5), row(2, 5), row(3, 6), row(4, 5), row(9, 5)]);
    expect(ledger.under(5)).toEqual([row(4, 5), row(9, 5)]);
    expect(ledger.under(6)).toEqual([row(3, 6)]);
  });

  it('answers as a list of rows would, through any order of use', () => {
    const random = new Random(5);
    const ledger = new PacketLedger();
    let rows: ReadingRow[] = [];
    for (let id = 1; id <= 20_000; id++) {
      const packetId = Math.floor(1000 * random.uniform());
      if (random.uniform() < 0.4) {
        ledger.forget(packetId);
        rows = rows.filter((known) => known.packetId !== packetId);
      }
      if (id === 15_000) {
        ledger.clear();
        rows = [];
      }
      ledger.add(row(id, packetId));
      rows.push(row(id, packetId));
      if (id % 100 === 0) expect(ledger.under(packetId)).toEqual(rows.filter((known) => known.packetId === packetId));
    }
    expect(ledger.under(65_535)).toEqual([]);
  });
});
