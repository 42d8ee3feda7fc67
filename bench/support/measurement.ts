/** The one clock of all benches, milliseconds, and how long anything is warmed up before it counts. */
export const clockMs = (): number => performance.now();

export const warmUp = {
  readings: 40_000, // of a daemon: compiled code, filled caches, all series known
  seconds: 5, // of a paced stream
  runs: 500, // of a step
} as const;

/** The value below which share `p` of the sorted samples lie: the smallest with at least that share at or below it. */
export function percentile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
}

export const median = (samples: readonly number[]): number =>
  percentile(
    [...samples].sort((a, b) => a - b),
    0.5,
  );

/** `value` to `digits` significant digits. */
export const significant = (value: number, digits = 3): number => Number(value.toPrecision(digits));
