import type { ReadingRow } from '../pipeline/ports.js';

/** Packet ids are 16 bits wide: no more of them can be unacknowledged. */
export const ledgerRows = 65_535;

/**
 * Which readings came under which packet id in the present broker session. A redelivery whose payload has no time of its own
 * is recognised by it [MQTT-4.4.0-1].
 */
export class PacketLedger {
  readonly #byPacket = new Map<number, ReadingRow[]>();

  /** Takes in what an earlier run left, in log order. Of an id that was used twice only the later use counts. */
  restore(rows: Iterable<ReadingRow>): void {
    let before = -1;
    for (const row of rows) {
      if (row.packetId !== before) this.forget(row.packetId);
      this.add(row);
      before = row.packetId;
    }
  }

  add(row: ReadingRow): void {
    if (row.packetId < 0) return;
    const rows = this.#byPacket.get(row.packetId);
    if (rows) rows.push(row);
    else this.#byPacket.set(row.packetId, [row]);
  }

  under(packetId: number): readonly ReadingRow[] {
    return this.#byPacket.get(packetId) ?? [];
  }

  forget(packetId: number): void {
    this.#byPacket.delete(packetId);
  }

  clear(): void {
    this.#byPacket.clear();
  }
}
