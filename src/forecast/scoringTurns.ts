const near = 6; // steps that are scored on every tick
const period = 5; // divides no day of hours or of quarters of an hour: every time of the day has its turn

/**
 * On which ticks horizon step h is scored: near by on every one, far ahead on two of five. Errors of neighbouring ticks at a far step are
 * nearly the same error, since what lies between origin and target is, and cost as much again.
 */
export const isScored = (h: number, tick: number): boolean => h <= near || tick % period === 0 || tick % period === 2;

/** How many ticks up to and including `tick` score step h: a number for each of them. */
export const scoredBefore = (h: number, tick: number): number =>
  h <= near ? tick : 2 * Math.floor(tick / period) + (tick % period >= 2 ? 1 : 0);

/** Most ticks among any h in a row that score step h. */
export const mostScored = (h: number): number => (h <= near ? h : Math.ceil((2 * h) / period) + 1);

/** Mean number of ticks from one scored one to the next. */
export const ticksPerScore = (h: number): number => (h <= near ? 1 : period / 2);
