const slabNumbers = 8192;

/** Short rows of float64 cut from shared slabs: an ArrayBuffer for each costs more than the numbers in it. */
export class NumberSlab {
  #slab = new Float64Array(slabNumbers);
  #at = 0;

  /** `count` zeros of one's own. They keep a slab of 64 KiB alive. */
  take(count: number): Float64Array {
    if (this.#slab.length - this.#at < count) {
      this.#slab = new Float64Array(Math.max(slabNumbers, count));
      this.#at = 0;
    }
    const from = this.#at;
    this.#at += count;
    return this.#slab.subarray(from, this.#at);
  }
}
