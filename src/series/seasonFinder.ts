import type { RecentValues } from './recentValues.js';
import type { SnapshotReader, SnapshotWriter } from './snapshot.js';

const memory = 2000; // steps the means look back on
const periods = 3; // a season shows itself in this many repetitions
const depth = 0.5; // of the largest mean difference before it: a random walk has no dips this deep
const every = 32; // values between two decisions
const shares = Float64Array.from({ length: memory + 1 }, (_, n) => 1 / n); // a division for each lag would take most of the time
let recent = new Float64Array(0); // written before it is read, within one call

/**
 * Finds a season nobody named, from the values alone: the shortest lag k whose mean difference
 *
 *     D(k) = running mean of |y(t) − y(t−k)|
 *
 * is a local minimum at most half as high as the highest D before it, and within a tenth of the lowest such minimum (so that a
 * period is found and not its double). O(longest) a value; the average magnitude difference function of Ross et al. 1974.
 */
export class SeasonFinder {
  readonly longest: number; // steps
  readonly #difference: Float32Array; // D(k) at k − 1
  #count = 0;
  #period = 0;

  constructor(longest: number) {
    this.longest = longest;
    this.#difference = new Float32Array(longest);
  }

  /** Steps in the season found, 0 while there is none. */
  get period(): number {
    return this.#period;
  }

  /** Takes in the newest of `values`. */
  observe(values: RecentValues): void {
    const D = this.#difference;
    const n = ++this.#count;
    const longest = Math.min(this.longest, n - 1);
    if (recent.length <= longest) recent = new Float64Array(longest + 1);
    const y = recent;
    values.copy(y, 0, 0, longest + 1);
    const settled = Math.min(longest, n - memory); // lags seen so often that their weight no longer falls
    for (let k = 1; k <= settled; k++) D[k - 1] += (1 / memory) * (Math.abs(y[0] - y[k]) - D[k - 1]);
    for (let k = Math.max(1, settled + 1); k <= longest; k++)
      D[k - 1] += shares[n - k] * (Math.abs(y[0] - y[k]) - D[k - 1]);
    if (n % every === 0) this.#period = this.#find();
  }

  save(writer: SnapshotWriter): void {
    writer.f64(this.#count);
    writer.f64(this.#period);
    writer.f32s(this.#difference);
  }

  load(reader: SnapshotReader): void {
    this.#count = reader.f64();
    this.#period = reader.f64();
    this.#difference.set(reader.f32s());
  }

  #find(): number {
    const D = this.#difference;
    const end = Math.min(this.longest - 1, Math.floor(this.#count / periods));
    let lowest = Number.POSITIVE_INFINITY;
    for (let pass = 0; pass < 2; pass++) {
      let highest = 0;
      for (let k = 2; k <= end; k++) {
        const d = D[k - 1];
        highest = Math.max(highest, D[k - 2]);
        const isDip = k >= 4 && d < D[k - 2] && d <= D[k] && d <= depth * highest;
        if (!isDip) continue;
        if (pass === 0) lowest = Math.min(lowest, d);
        else if (d <= 1.1 * lowest + 1e-6 * highest) return k;
      }
    }
    return 0;
  }
}
