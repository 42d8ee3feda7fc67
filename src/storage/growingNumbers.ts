const leastNumbers = 1024;
const mostSlack = 4; // a buffer so many times as long as what was last needed is let go: a burst is past

/** Float64 numbers of no fixed count in one buffer, which can be handed over and taken back. */
export class GrowingNumbers {
  #numbers = new Float64Array(leastNumbers);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Room for `count` numbers to be written with `put`. */
  reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#numbers.length) return;
    const wider = new Float64Array(Math.max(needed, 2 * this.#numbers.length));
    wider.set(this.#numbers.subarray(0, this.#length));
    this.#numbers = wider;
  }

  put(number: number): void {
    this.#numbers[this.#length++] = number;
  }

  append(numbers: Float64Array): void {
    this.reserve(numbers.length);
    this.#numbers.set(numbers, this.#length);
    this.#length += numbers.length;
  }

  /** Everything so far, in a buffer that is no longer this object's. It goes on with `spare`, unless that is far longer than what was needed. */
  handOver(spare?: ArrayBuffer): Float64Array<ArrayBuffer> {
    const full = this.#numbers.subarray(0, this.#length);
    const fits = spare && spare.byteLength <= mostSlack * Math.max(full.byteLength, 8 * leastNumbers);
    this.#numbers = fits ? new Float64Array(spare) : new Float64Array(leastNumbers);
    this.#length = 0;
    return full;
  }
}
