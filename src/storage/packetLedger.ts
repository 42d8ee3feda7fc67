import type { ReadingRow } from '../pipeline/ports.js';

/** Packet ids are 16 bits wide: no more of them can be unacknowledged. */
export const ledgerRows = 65_535;

const none = -1;
const width = 5; // numbers a row: id, series, tMs, y, flags

/**
 * Which readings came under which packet id in the present broker session. A redelivery whose payload has no time of its own
 * is recognised by it [MQTT-4.4.0-1]. Rows lie in plain columns: as 65,535 objects they would be most of the heap.
 */
export class PacketLedger {
  readonly #newest = new Int32Array(ledgerRows + 1).fill(none); // slot of the newest reading, by packet id
  #rows = new Float64Array(width * 256);
  #older = new Int32Array(256); // slot of the reading before it under the same id; of a free slot, the next free one
  #used = 0; // slots ever used
  #free = none;

  /** Takes in what an earlier run left, in log order. Of an id that was used twice only the later use counts. */
  restore(rows: Iterable<ReadingRow>): void {
    let before = none;
    for (const row of rows) {
      if (row.packetId !== before) this.forget(row.packetId);
      this.add(row);
      before = row.packetId;
    }
  }

  add({ id, series, tMs, y, flags, packetId }: ReadingRow): void {
    if (packetId < 0) return;
    const slot = this.#slot();
    const at = width * slot;
    this.#rows[at] = id;
    this.#rows[at + 1] = series;
    this.#rows[at + 2] = tMs;
    this.#rows[at + 3] = y;
    this.#rows[at + 4] = flags;
    this.#older[slot] = this.#newest[packetId];
    this.#newest[packetId] = slot;
  }

  under(packetId: number): readonly ReadingRow[] {
    const rows: ReadingRow[] = [];
    for (let slot = this.#newest[packetId] ?? none; slot !== none; slot = this.#older[slot]) {
      const [id, series, tMs, y, flags] = this.#rows.subarray(width * slot, width * (slot + 1));
      rows.push({ id, series, tMs, y, flags, packetId });
    }
    return rows.reverse();
  }

  forget(packetId: number): void {
    for (let slot = this.#newest[packetId] ?? none; slot !== none; ) {
      const older = this.#older[slot];
      this.#older[slot] = this.#free;
      this.#free = slot;
      slot = older;
    }
    this.#newest[packetId] = none;
  }

  clear(): void {
    this.#newest.fill(none);
    this.#used = 0;
    this.#free = none;
  }

  #slot(): number {
    if (this.#free !== none) {
      const slot = this.#free;
      this.#free = this.#older[slot];
      return slot;
    }
    if (this.#used === this.#older.length) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const [rows, older] = [this.#rows, this.#older];
    this.#rows = new Float64Array(2 * rows.length);
    this.#rows.set(rows);
    this.#older = new Int32Array(2 * older.length);
    this.#older.set(older);
  }
}
