import { normalQuantile } from '../../src/forecast/normalQuantile.js';

/** Quantiles of an error, learned online: what calibration is compared with. */
export interface Candidate {
  quantile(level: number): number;
  learn(error: number, issued: (level: number) => number): void;
}

const window = 500;

/** A window of the last 500 numbers, and the same in order. */
class SortedWindow {
  readonly #recent: number[] = [];
  readonly sorted: number[] = [];

  add(value: number): void {
    this.#recent.push(value);
    this.sorted.splice(this.#place(value), 0, value);
    if (this.#recent.length > window) this.sorted.splice(this.#place(this.#recent.shift()!), 1);
  }

  /** Between order statistics, linearly. */
  quantile(level: number): number {
    const at = level * (this.sorted.length - 1);
    const below = Math.floor(at);
    return (
      this.sorted[below] +
      (at - below) * (this.sorted[Math.min(below + 1, this.sorted.length - 1)] - this.sorted[below])
    );
  }

  #place(value: number): number {
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export function rollingQuantiles(): Candidate {
  const errors = new SortedWindow();
  return {
    quantile: (level) => (errors.sorted.length < 2 ? 0 : errors.quantile(level)),
    learn: (error) => errors.add(error),
  };
}

export function gaussian(): Candidate {
  const squares: number[] = [];
  let sum = 0;
  return {
    quantile: (level) => normalQuantile(level) * Math.sqrt(Math.max(0, sum) / Math.max(1, squares.length)),
    learn: (error) => {
      squares.push(error * error);
      sum += error * error;
      if (squares.length > window) sum -= squares.shift()!;
    },
  };
}

/**
 * Adaptive conformal inference (Gibbs & Candès 2021), γ = 0.01, on the absolute error: the level that is asked of the window moves,
 * α ← α + γ·(nominal − [missed]).
 */
export function adaptiveConformal(): Candidate {
  const sizes = new SortedWindow();
  const asked = new Map<number, number>(); // α by its nominal value
  const half = (nominal: number): number => {
    const { sorted } = sizes;
    const alpha = asked.get(nominal) ?? nominal;
    if (sorted.length < 2 || alpha >= 1) return 0;
    if (alpha <= 0) return 1.5 * sorted[sorted.length - 1];
    return sorted[Math.min(sorted.length - 1, Math.ceil((1 - alpha) * (sorted.length + 1)) - 1)];
  };
  const nominalOf = (level: number): number => Math.round(2e6 * Math.min(level, 1 - level)) / 1e6;
  return {
    quantile: (level) => (level === 0.5 ? 0 : Math.sign(level - 0.5) * half(nominalOf(level))),
    learn: (error, issued) => {
      for (const nominal of nominals) {
        const missed = Math.abs(error) > Math.abs(issued(1 - nominal / 2)) ? 1 : 0;
        asked.set(nominal, (asked.get(nominal) ?? nominal) + 0.01 * (nominal - missed));
      }
      sizes.add(Math.abs(error));
    },
  };
}

/** The levels all are judged at: CRPS over 0.05 … 0.95, intervals of 80, 90 and 95 %. */
export const levels = [0.025, ...Array.from({ length: 19 }, (_, i) => Math.round(5 * (i + 1)) / 100), 0.975];
const nominals = levels.filter((level) => level < 0.5).map((level) => Math.round(2e6 * level) / 1e6);
