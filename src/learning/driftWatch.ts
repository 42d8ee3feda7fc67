import { Adwin } from '../metrics/adwin.js';
import { PageHinkley, sharpRise } from '../metrics/pageHinkley.js';

const largest = 10; // of an error in units of its usual size: beyond it one value would decide

/**
 * Whether the live loss of one series has risen for good: it is told errors in units of their usual size. ADWIN finds slow and lasting rises,
 * Page–Hinkley, which has less to wait for, the sharp ones.
 */
export class DriftWatch {
  readonly #adwin = new Adwin();
  readonly #pageHinkley = new PageHinkley(sharpRise);

  /** Whether the loss has risen, as this error shows. */
  add(error: number): boolean {
    const bounded = Math.min(largest, error);
    const hasRisen = this.#adwin.add(bounded / largest) > 0;
    return this.#pageHinkley.add(bounded) || hasRisen;
  }
}
