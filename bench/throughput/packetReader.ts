export type OnPacket = (bytes: Buffer, start: number, body: number, end: number) => void;

/** Cuts a byte stream into MQTT control packets, and looks at no more than their lengths. */
export class PacketReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #onPacket: OnPacket;

  /** @param onPacket gets the first byte, the first after the fixed header and the end; the bytes hold until it returns. */
  constructor(onPacket: OnPacket) {
    this.#onPacket = onPacket;
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    while (at + 2 <= bytes.length) {
      let body = at + 1;
      let length = 0;
      let shift = 0;
      let digit = 128;
      while (digit >= 128 && body < bytes.length) {
        digit = bytes[body++];
        length += (digit & 127) * 2 ** shift;
        shift += 7;
      }
      if (digit >= 128 || body + length > bytes.length) break;
      this.#onPacket(bytes, at, body, body + length);
      at = body + length;
    }
    this.#rest = bytes.subarray(at);
  }
}
