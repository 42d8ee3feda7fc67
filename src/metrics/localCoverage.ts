/**
 * How far an interval strays from what it promises along the way: the mean over windows of `window` values of
 * |share of values inside − nominal|. A long-run coverage can be right while the interval is too narrow for weeks.
 */
export class LocalCoverage {
  readonly nominal: number;
  readonly window: number;
  #inside = 0;
  #count = 0;
  #insideWindow = 0;
  #errors = 0;
  #windows = 0;

  constructor(nominal: number, window = 500) {
    this.nominal = nominal;
    this.window = window;
  }

  add(isInside: boolean): void {
    const one = isInside ? 1 : 0;
    this.#inside += one;
    this.#insideWindow += one;
    this.#count++;
    if (this.#count % this.window !== 0) return;
    this.#errors += Math.abs(this.#insideWindow / this.window - this.nominal);
    this.#windows++;
    this.#insideWindow = 0;
  }

  /** Share of all values inside; NaN before the first. */
  get coverage(): number {
    return this.#inside / this.#count;
  }

  /** Mean error of the whole windows, of the whole stretch while there is none. */
  get localError(): number {
    return this.#windows > 0 ? this.#errors / this.#windows : Math.abs(this.coverage - this.nominal);
  }
}
