const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export interface TimeRange {
  readonly ms: number;
  readonly words: string;
}

const candidates: readonly TimeRange[] = [
  { ms: 1000, words: '1 s' },
  { ms: 10_000, words: '10 s' },
  { ms: 60_000, words: '1 min' },
  { ms: 300_000, words: '5 min' },
  { ms: 900_000, words: '15 min' },
  { ms: hourMs, words: '1 h' },
  { ms: 6 * hourMs, words: '6 h' },
  { ms: dayMs, words: '1 day' },
  { ms: 3 * dayMs, words: '3 days' },
  { ms: 7 * dayMs, words: '1 week' },
  { ms: 30 * dayMs, words: '30 days' },
  { ms: 90 * dayMs, words: '90 days' },
  { ms: 365 * dayMs, words: '1 year' },
  { ms: 4 * 365 * dayMs, words: '4 years' },
];

const fewestSteps = 20;
const mostSteps = 2500;
const usualSteps = 120;

/** The spans of time worth a look at: neither less than twenty steps nor more than 2,500, and one that holds all there is. */
export function timeRanges(stepMs: number, extentMs: number): TimeRange[] {
  const fitting = candidates.filter(({ ms }) => ms >= fewestSteps * stepMs && ms <= mostSteps * stepMs);
  const holdsAll = fitting.findIndex(({ ms }) => ms >= extentMs);
  return holdsAll < 0 ? fitting : fitting.slice(0, holdsAll + 1);
}

/** The one a page opens with: the shortest of at least 120 steps, or the longest there is. */
export const usualRange = (ranges: readonly TimeRange[], stepMs: number): TimeRange | undefined =>
  ranges.find(({ ms }) => ms >= usualSteps * stepMs) ?? ranges.at(-1);
