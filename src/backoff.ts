const firstMs = 1_000;
const longestMs = 60_000;

/**
 * How long to wait before attempt `attempt` (0 = the first retry): full jitter below a ceiling that doubles from 1 s to 60 s, so that
 * a fleet does not come back in step after its broker restarts. `random` gives [0, 1).
 */
export const backoffMs = (attempt: number, random: () => number): number =>
  Math.floor(random() * Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 16)));
