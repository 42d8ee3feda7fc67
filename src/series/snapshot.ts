/**
 * A state as a flat run of float64 and float32 numbers, in the order in which it was put. Exact: what is taken equals what
 * was put, to the bit. Arrays carry their length. Little-endian.
 */
export class SnapshotWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Appends one float64. */
  f64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  f64s(values: Float64Array): void {
    this.f64(values.length);
    this.#append(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  f32s(values: Float32Array): void {
    this.f64(values.length);
    this.#append(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  /** A copy of everything put so far. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(2 * (this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Takes back what a SnapshotWriter put, in the same order. @throws {RangeError} when the bytes end early or a length is absurd. */
export class SnapshotReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  f64(): number {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  f64s(): Float64Array {
    return new Float64Array(this.#take(8).buffer);
  }

  f32s(): Float32Array {
    return new Float32Array(this.#take(4).buffer);
  }

  #take(width: number): Uint8Array<ArrayBuffer> {
    const sizeBytes = this.f64() * width;
    if (!(sizeBytes >= 0 && this.#at + sizeBytes <= this.#bytes.length)) {
      throw new RangeError(`SnapshotReader: an array of ${sizeBytes} bytes does not fit at ${this.#at}`);
    }
    const taken = new Uint8Array(sizeBytes);
    taken.set(this.#bytes.subarray(this.#at, this.#at + sizeBytes));
    this.#at += sizeBytes;
    return taken;
  }
}
