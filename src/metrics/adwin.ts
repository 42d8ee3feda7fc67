export interface AdwinOptions {
  readonly delta?: number; // confidence: the chance of a false alarm
  readonly clock?: number; // values between two looks
  readonly warmup?: number; // values before it looks at all
}

const perRow = 5; // buckets of one size
const shortest = 5; // values on each side of a cut

/** 2^row values each: sum, and sum of squares about their mean. Oldest first. */
interface Bucket {
  readonly sum: number;
  readonly squares: number;
}

/**
 * ADWIN (Bifet & Gavaldà 2007): a window that grows while its mean stands, and begins anew when two parts of it differ. For a window
 * of n values with variance σ², cut into n₀ and n₁ with means μ₀ and μ₁,
 *
 *     δ' = ln(2·ln n / δ)      1/m = 1/(n₀ − 4) + 1/(n₁ − 4)      |μ₀ − μ₁| > √(2/m · σ² · δ') + 2/(3m) · δ'
 *
 * says that the mean has changed. The window is an exponential histogram: O(log n) memory, O(log n) a look.
 */
export class Adwin {
  readonly #delta: number;
  readonly #clock: number;
  readonly #warmup: number;
  #rows: Bucket[][] = [[]]; // buckets of 2^row values
  #width = 0;
  #sum = 0;
  #squares = 0; // about the mean of the window
  #seen = 0;

  constructor({ delta = 0.002, clock = 32, warmup = 10 }: AdwinOptions = {}) {
    this.#delta = delta;
    this.#clock = clock;
    this.#warmup = warmup;
  }

  /** Values in the window. */
  get width(): number {
    return this.#width;
  }

  /** Mean of the window, 0 while it is empty. */
  get mean(): number {
    return this.#width > 0 ? this.#sum / this.#width : 0;
  }

  /** Whether the mean has changed, as this value shows: 1 when it has risen, −1 when it has fallen, 0 when it stands. */
  add(x: number): -1 | 0 | 1 {
    if (this.#width > 0) {
      const distance = x - this.mean;
      this.#squares += (this.#width * distance * distance) / (this.#width + 1);
    }
    this.#width++;
    this.#sum += x;
    this.#rows[0].push({ sum: x, squares: 0 });
    this.#compress();
    this.#seen++;
    if (this.#seen % this.#clock > 0 || this.#width <= this.#warmup) return 0;
    const change = this.#change();
    if (change !== 0) this.reset();
    return change;
  }

  reset(): void {
    this.#rows = [[]];
    this.#width = 0;
    this.#sum = 0;
    this.#squares = 0;
    this.#seen = 0;
  }

  /** Two buckets of a row that is too full become one of the next. */
  #compress(): void {
    for (let row = 0; this.#rows[row].length > perRow; row++) {
      const [a, b] = this.#rows[row].splice(0, 2);
      const distance = (a.sum - b.sum) / 2 ** row;
      if (!this.#rows[row + 1]) this.#rows.push([]);
      const squares = a.squares + b.squares + (2 ** row * distance * distance) / 2;
      this.#rows[row + 1].push({ sum: a.sum + b.sum, squares });
    }
  }

  #change(): -1 | 0 | 1 {
    const variance = this.#squares / this.#width;
    const confidence = Math.log((2 * Math.log(this.#width)) / this.#delta);
    let older = 0;
    let olderSum = 0;
    for (let row = this.#rows.length - 1; row >= 0; row--) {
      for (const { sum } of this.#rows[row]) {
        older += 2 ** row;
        olderSum += sum;
        const newer = this.#width - older;
        if (newer < shortest) return 0;
        if (older < shortest) continue;
        const distance = (this.#sum - olderSum) / newer - olderSum / older;
        const inverse = 1 / (older - shortest + 1) + 1 / (newer - shortest + 1);
        const bound = Math.sqrt(2 * inverse * variance * confidence) + (2 / 3) * confidence * inverse;
        if (Math.abs(distance) > bound) return distance > 0 ? 1 : -1;
      }
    }
    return 0;
  }
}
