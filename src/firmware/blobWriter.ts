import { padded } from './blobFormat.js';

/** Bytes one after another, little-endian, each section padded to a multiple of 4. */
export class BlobWriter {
  #bytes = new Uint8Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  section(data: ArrayBufferView): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#grow(padded(bytes.length));
    this.#bytes.set(bytes, this.#size);
    this.#size += padded(bytes.length);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#size);
  }

  #grow(by: number): void {
    if (this.#size + by <= this.#bytes.length) return;
    const wider = new Uint8Array(2 * (this.#size + by));
    wider.set(this.#bytes);
    this.#bytes = wider;
  }
}
