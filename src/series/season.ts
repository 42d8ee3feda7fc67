const dayMs = 86_400_000;
const longest = 1440; // steps: a day of minutes

/**
 * The season of a series, in steps, from the width of a step: a day where a step divides it into 4 to 1440 whole parts,
 * else a week where a step divides it into 4 to 1440, else none (0).
 */
export function seasonOf(stepMs: number): number {
  for (const periodMs of [dayMs, 7 * dayMs]) {
    const steps = Math.round(periodMs / stepMs);
    if (steps >= 4 && steps <= longest && Math.abs(steps * stepMs - periodMs) <= 0.02 * stepMs) return steps;
  }
  return 0;
}
